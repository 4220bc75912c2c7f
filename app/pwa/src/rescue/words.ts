/** What the page says. Both languages stand here, because the page shares nothing with the app. */
export type Language = 'en' | 'zh-Hans';

const TEXTS = {
  title: ['Rescue', '数据救援'],
  lead: [
    'This page opens even when the app does not. It only reads: nothing is changed or deleted here.',
    '即使应用打不开，本页也能打开。本页只读取数据：不会更改或删除任何内容。',
  ],
  reading: ['Looking at what is on this phone…', '正在查看这部手机上的内容…'],
  all_delivered: ['Everything on this phone was delivered', '这部手机上的内容已全部送达'],
  all_delivered_more: ['The office has all of it.', '管理台已全部收到。'],
  nothing: ['Nothing was recorded on this phone', '这部手机上没有记录'],
  nothing_more: [
    'Or its storage was emptied. In a browser tab and in the installed app there are two separate storages: open this page from where the work was done.',
    '也可能存储已被清空。浏览器标签页和已安装的应用各有各的存储：请从当时工作的地方打开本页。',
  ],
  not_delivered: ['{n} not yet delivered', '{n} 项尚未送达'],
  records: ['{n} {n|record|records}', '{n} 条记录'],
  photos: ['{n} {n|photo or signature|photos and signatures}, {size}', '{n} 个照片和签名，{size}'],
  oldest: ['oldest from {time}', '最早记录于 {time}'],
  no_job: ['About the phone', '关于手机本身'],
  job: ['Job {id}', '工单 {id}'],
  only_files: ['The first copy cannot be read. This is what the second copy holds; some of it may have been delivered.', '第一份副本无法读取。以下是第二份副本的内容，其中一部分可能已经送达。'],
  only_database: ['There is only one copy on this phone.', '这部手机上只有一份副本。'],
  damaged: ['{n} {n|record is|records are} damaged in every copy and cannot be taken along.', '{n} 条记录的所有副本都已损坏，无法带出。'],
  whose: ['{user}, {company}', '{user}，{company}'],
  file_title: ['Take it out as a file', '导出为文件'],
  file_lead: ['Give the file to the office. Bringing it in twice, or the phone sending it too, does no harm.', '把文件交给管理台。重复导入，或手机之后自己又发送，都没有关系。'],
  what: ['What to put in', '包含哪些内容'],
  what_unsent: ['Only what is not delivered ({n})', '仅未送达的（{n}）'],
  what_all: ['Everything still on this phone ({n})', '这部手机上的全部（{n}）'],
  make: ['Make the file', '生成文件'],
  making: ['Reading {done} of {of}…', '正在读取 {done} / {of}…'],
  made: ['The file is ready', '文件已生成'],
  made_more: ['{events} {events|record|records}, {blobs} {blobs|photo or signature|photos and signatures}, {size}. Everything stays on this phone.', '{events} 条记录，{blobs} 个照片和签名，{size}。手机上的内容保持不变。'],
  unreadable: ['{n} {n|photo or signature|photos or signatures} cannot be read from either copy.', '{n} 个照片或签名的两份副本都无法读取。'],
  save: ['Save the file', '保存文件'],
  save_part: ['Save part {part} of {of}', '保存第 {part} / {of} 部分'],
  share: ['Share the file', '分享文件'],
  make_failed: ['The file could not be made. Nothing was lost. Try again.', '文件未能生成。数据没有丢失，请重试。'],
  send_title: ['Send it from here', '直接从这里发送'],
  send_lead: ['With a connection, this page can send everything itself. Keep it open meanwhile.', '有网络时，本页可以自己发送全部内容。发送期间请保持本页打开。'],
  send: ['Send now', '立即发送'],
  sending: ['Sending {done} of {of}…', '正在发送 {done} / {of}…'],
  sent: ['Everything arrived at the office.', '全部内容已送达管理台。'],
  sent_more: ['The app will see that by itself.', '应用之后会自己知道。'],
  send_failed: ['Not everything was sent ({why}). What was not sent is still here. Try again, or take it out as a file.', '未能全部发送（{why}）。未发送的仍在这里。请重试，或导出为文件。'],
  stuck_title: ['The app does not open?', '应用打不开？'],
  stuck_lead: [
    'This fetches the app anew from the office. It needs a connection. What was recorded stays on the phone.',
    '从管理台重新获取应用，需要网络连接。已记录的内容会留在手机上。',
  ],
  renew: ['Fetch the app anew', '重新获取应用'],
  renewing: ['Fetching…', '正在获取…'],
  renew_failed: ['The office does not answer. Nothing was changed. Try again with a connection.', '管理台没有应答，未作任何更改。请在有网络时重试。'],
  open: ['Open the app', '打开应用'],
  support: ['For support', '供技术支持使用'],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  other_language: ['中文', 'English'],
} as const;

export type Key = keyof typeof TEXTS;

let tongue: Language = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag))?.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en';

export function language(): Language {
  return tongue;
}

export function speak(chosen: Language): void {
  tongue = chosen;
  document.documentElement.lang = chosen;
  document.title = `Doorstep: ${say('title')}`;
}

export function say(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  const text: string = TEXTS[key][tongue === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) =>
    many === undefined ? String(values[name] ?? whole) : ((values[name] === 1 ? one : many) ?? ''),
  );
}

export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let at = 0;
  let size = bytes;
  for (; size >= 1000 && at < 3; at += 1) size /= 1000;
  return `${new Intl.NumberFormat(tongue, { maximumFractionDigits: size < 10 && at > 0 ? 1 : 0 }).format(size)} ${units[at] ?? ''}`;
}

export function timeText(at: string): string {
  return new Intl.DateTimeFormat(tongue, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}
