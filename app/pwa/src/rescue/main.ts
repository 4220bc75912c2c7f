/** The page: what is here, a file of it, sending it, and getting a stuck app going. */
import './rescue.css';
import { el, icon, notice } from './elements';
import { readHeld, unsentOf, type Held } from './held';
import { makeFiles, type Made, type What } from './make';
import { maySend, sendAll, SendFailed } from './send';
import { renewApp } from './stuck';
import { summaryOf, type Count, type Summary } from './summary';
import { language, say, sizeText, speak, timeText } from './words';

interface Page {
  readonly held: Held;
  readonly unsent: Summary;
  readonly everything: Summary;
}

const root = document.getElementById('root') ?? document.body;

async function start(): Promise<void> {
  root.replaceChildren(head(), el('p', { 'aria-busy': 'true' }, say('reading')));
  const held = await readHeld();
  if (held.marks.language) speak(held.marks.language);
  const waiting = unsentOf(held);
  const page = {
    held,
    unsent: summaryOf(waiting.events, waiting.late, waiting.blobs, held.events),
    everything: summaryOf(held.events, held.late, held.blobs, held.events),
  };
  draw(page);
}

function draw(page: Page): void {
  const { everything, held } = page;
  const anything = thingsIn(everything.all) > 0;
  root.replaceChildren(
    head(() => draw(page)),
    el('main', {}, state(page), jobs(page), anything ? file(page) : '', anything && maySend(held) ? sending(held) : '', stuck(), support(page)),
  );
}

function head(redraw?: () => void): HTMLElement {
  const other = language() === 'en' ? 'zh-Hans' : 'en';
  const turn = (): void => {
    speak(other);
    redraw?.();
  };
  const change = el('button', { type: 'button', class: 'link', lang: other, 'data-testid': 'language', click: turn }, say('other_language'));
  return el('header', {}, el('div', { class: 'row' }, el('h1', {}, say('title')), redraw ? change : ''), el('p', { class: 'quiet' }, say('lead')));
}

function state({ held, unsent, everything }: Page): HTMLElement {
  const { user, tenant } = held.identity ?? {};
  const whose = user && tenant ? el('p', { class: 'quiet' }, say('whose', { user: user.name, company: tenant.name })) : null;
  const waiting = thingsIn(unsent.all);
  const verdict = (): HTMLElement => {
    if (thingsIn(everything.all) === 0) return notice('wait', say('nothing'), el('p', {}, say('nothing_more')));
    if (waiting === 0) return notice('ok', say('all_delivered'), el('p', {}, say('all_delivered_more')));
    return notice('warn', say('not_delivered', { n: waiting }), el('p', {}, lineOf(unsent.all)));
  };
  const section = el('section', { 'data-testid': 'state', 'data-waiting': String(waiting) }, verdict(), whose);
  if (thingsIn(everything.all) > 0 && !held.copies.database) section.append(el('p', { class: 'small' }, say('only_files')));
  if (thingsIn(everything.all) > 0 && !held.copies.files) section.append(el('p', { class: 'small' }, say('only_database')));
  if (held.damaged > 0) section.append(el('p', { class: 'small' }, say('damaged', { n: held.damaged })));
  return section;
}

function jobs({ held, unsent }: Page): HTMLElement | string {
  if (unsent.jobs.size === 0) return '';
  const named = (job_id: string | null): string => (job_id === null ? say('no_job') : (held.marks.jobs.get(job_id) ?? say('job', { id: job_id.slice(-6) })));
  const rows = [...unsent.jobs].map(([job_id, count]) =>
    el('li', { 'data-testid': 'job', 'data-job': job_id ?? '' }, icon('phone'), el('div', {}, el('strong', {}, named(job_id)), el('p', { class: 'small quiet' }, lineOf(count)))),
  );
  return el('ul', { class: 'card list' }, ...rows);
}

function file({ held, unsent, everything }: Page): HTMLElement {
  let what: What = thingsIn(unsent.all) > 0 ? 'unsent' : 'all';
  const choice = (value: What, text: string): HTMLElement =>
    el('label', {}, el('input', { type: 'radio', name: 'what', value, checked: what === value, 'data-testid': `what-${value}`, change: () => (what = value) }), text);
  const place = el('div', { class: 'stack' });
  const make = async (): Promise<void> => {
    button.disabled = true;
    try {
      const made = await makeFiles(held, what, new Date().toISOString(), (done, of) => place.replaceChildren(progress('making', done, of)));
      place.replaceChildren(ready(made));
      button.classList.remove('primary'); // now it is saving that comes next
    } catch {
      place.replaceChildren(notice('warn', say('make_failed')));
    }
    button.disabled = false;
  };
  const button = el('button', { type: 'button', class: 'primary', 'data-testid': 'make', click: () => void make() }, say('make'));
  const waiting = thingsIn(unsent.all);
  const choices = waiting > 0 ? [choice('unsent', say('what_unsent', { n: waiting })), choice('all', say('what_all', { n: thingsIn(everything.all) }))] : [];
  return el(
    'section',
    { class: 'card stack' },
    el('h2', {}, say('file_title')),
    el('p', {}, say('file_lead')),
    choices.length > 0 ? el('fieldset', {}, el('legend', { class: 'unseen' }, say('what')), ...choices) : null,
    button,
    place,
  );
}

/** The file lies with the browser until somebody takes it: a phone asks for a tap before it saves or shares. */
function ready({ files, unreadable }: Made): HTMLElement {
  const total = files.reduce((bytes, { content }) => bytes + content.size, 0);
  const counts = { events: files[0]?.events ?? 0, blobs: files.reduce((sum, { blobs }) => sum + blobs, 0), size: sizeText(total) };
  const box = notice('ok', say('made'), el('p', {}, say('made_more', counts)));
  box.dataset['testid'] = 'made';
  const links = files.map(({ name, content }, at) => {
    const text = files.length > 1 ? say('save_part', { part: at + 1, of: files.length }) : say('save');
    return el('a', { class: 'button primary', href: URL.createObjectURL(content), download: name, 'data-testid': 'save' }, text);
  });
  const shared = { files: files.map(({ name, content }) => new File([content], name, { type: 'application/zip' })) };
  const share = (): void => void navigator.share(shared).catch(() => undefined);
  const canShare = typeof navigator.canShare === 'function' && navigator.canShare(shared);
  return el(
    'div',
    { class: 'stack' },
    box,
    unreadable > 0 ? notice('warn', say('unreadable', { n: unreadable })) : null,
    ...links,
    canShare ? el('button', { type: 'button', 'data-testid': 'share', click: share }, say('share')) : null,
  );
}

function sending(held: Held): HTMLElement {
  const place = el('div', {});
  const send = async (): Promise<void> => {
    button.disabled = true;
    try {
      place.replaceChildren(progress('sending', 0, 1));
      await sendAll(held, (done, of) => place.replaceChildren(progress('sending', done, of)));
      const done = notice('ok', say('sent'), el('p', {}, say('sent_more')));
      done.dataset['testid'] = 'sent';
      place.replaceChildren(done);
    } catch (error) {
      place.replaceChildren(notice('warn', say('send_failed', { why: error instanceof SendFailed ? error.why : 'error' })));
    }
    button.disabled = false;
  };
  const button = el('button', { type: 'button', 'data-testid': 'send', click: () => void send() }, say('send'));
  return el('section', { class: 'card stack' }, el('h2', {}, say('send_title')), el('p', {}, say('send_lead')), button, place);
}

function stuck(): HTMLElement {
  const place = el('div', {});
  const renew = async (): Promise<void> => {
    button.disabled = true;
    place.replaceChildren(el('p', { role: 'status' }, say('renewing')));
    if (await renewApp().catch(() => false)) location.href = '/app/';
    else place.replaceChildren(notice('warn', say('renew_failed')));
    button.disabled = false;
  };
  const button = el('button', { type: 'button', 'data-testid': 'renew', click: () => void renew() }, say('renew'));
  const open = el('a', { class: 'button', href: '/app/', 'data-testid': 'open' }, say('open'));
  return el('section', { class: 'card stack' }, el('h2', {}, say('stuck_title')), el('p', {}, say('stuck_lead')), el('div', { class: 'row' }, open, button), place);
}

/** Ids and counts, no names: it may be read out over the telephone. */
function support({ held, unsent, everything }: Page): HTMLElement {
  const { marks, copies, identity } = held;
  const text = [
    `build ${__BUILD__} · ${new Date().toISOString()}`,
    `device ${identity?.device_id ?? '-'} · tenant ${identity?.tenant?.id ?? '-'}`,
    `copies ${copies.database ? 'db' : '-'} ${copies.files ? 'files' : '-'} · key ${held.pair ? 'yes' : 'no'} · damaged ${held.damaged}`,
    `epoch ${marks.head?.epoch ?? '-'} seq ${marks.head?.seq ?? '-'} acked ${marks.head ? (marks.acked[String(marks.head.epoch)] ?? 0) : '-'}`,
    `unsent ${unsent.all.records} + ${unsent.all.blobs} · held ${everything.all.records} + ${everything.all.blobs} · oldest ${unsent.all.oldest_at ?? '-'}`,
  ].join('\n');
  const copy = (): void =>
    void navigator.clipboard?.writeText(text).then(
      () => (button.textContent = say('copied')),
      () => undefined,
    );
  const button = el('button', { type: 'button', 'data-testid': 'copy', click: copy }, say('copy'));
  return el('details', { class: 'card' }, el('summary', {}, say('support')), el('pre', { 'data-testid': 'support' }, text), button);
}

function progress(key: 'making' | 'sending', done: number, of: number): HTMLElement {
  return el('div', { role: 'status' }, el('p', {}, say(key, { done, of })), el('progress', { value: String(done), max: String(Math.max(of, 1)) }));
}

function thingsIn({ records, blobs }: Count): number {
  return records + blobs;
}

function lineOf({ records, blobs, bytes, oldest_at }: Count): string {
  const parts = [
    records > 0 ? say('records', { n: records }) : '',
    blobs > 0 ? say('photos', { n: blobs, size: sizeText(bytes) }) : '',
    oldest_at ? say('oldest', { time: timeText(oldest_at) }) : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

speak(language());
void start();

navigator.serviceWorker?.register('/rescue/sw.js', { scope: '/rescue', updateViaCache: 'none' }).then(
  // Nothing on this page can be lost, so a new version may take over at once.
  (registration) => registration.waiting?.postMessage({ type: 'use_new_version' }),
  () => undefined,
);
