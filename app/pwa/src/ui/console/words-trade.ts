/** Words of the trade that several pages use: stages, services, reasons, phases, verdicts. */
import { catalogue } from '../i18n/catalogue';

export const stageWord = catalogue({
  en: {
    planned: 'Planned',
    dispatched: 'Dispatched',
    on_the_way: 'On the way',
    on_site: 'At the customer’s',
    finished: 'Finished',
    failed: 'Visit failed',
    returned: 'Sent back',
    approved: 'Approved',
    sealed: 'Approved, proof sealed',
    cancelled: 'Cancelled',
  },
  'zh-Hans': {
    planned: '已计划',
    dispatched: '已派工',
    on_the_way: '在路上',
    on_site: '在客户家',
    finished: '已完成',
    failed: '上门未成',
    returned: '已退回',
    approved: '已通过',
    sealed: '已通过，凭证已封存',
    cancelled: '已取消',
  },
});

export const serviceWord = catalogue({
  en: { deliver: 'Deliver', install: 'Install', take_back: 'Take back the old one' },
  'zh-Hans': { deliver: '送货', install: '安装', take_back: '收旧' },
});

export const reasonWord = catalogue({
  en: {
    blurred: 'Blurred',
    dark: 'Too dark',
    wrong_subject: 'Wrong subject',
    incomplete: 'Incomplete',
    unreadable: 'Unreadable',
    not_to_standard: 'Below standard',
    other: 'Something else',
  },
  'zh-Hans': {
    blurred: '模糊',
    dark: '太暗',
    wrong_subject: '拍错内容',
    incomplete: '不完整',
    unreadable: '看不清文字',
    not_to_standard: '不合标准',
    other: '其他',
  },
});

export const phaseWord = catalogue({
  en: {
    book: 'Book',
    call_ahead: 'Call ahead',
    load: 'Load',
    arrive: 'Arrive',
    protect: 'Protect the home',
    inspect_pack: 'Inspect the packaging',
    unpack: 'Unpack',
    match_serial: 'Match the serial',
    pre_check: 'Check before installing',
    install: 'Install',
    test_run: 'Test run',
    explain: 'Explain',
    clean: 'Clean up',
    take_back: 'Take back',
    accept: 'Acceptance',
    close: 'Close',
  },
  'zh-Hans': {
    book: '预约',
    call_ahead: '提前联系',
    load: '装车',
    arrive: '到达',
    protect: '保护现场',
    inspect_pack: '查看包装',
    unpack: '拆箱',
    match_serial: '核对序列号',
    pre_check: '安装前检查',
    install: '安装',
    test_run: '试机',
    explain: '讲解',
    clean: '清理',
    take_back: '收旧',
    accept: '验收',
    close: '收尾',
  },
});

export const verdictWord = catalogue({
  en: { met: 'Met', excepted: 'Exception', out_of_limits: 'Out of limits', missing: 'Missing' },
  'zh-Hans': { met: '符合', excepted: '例外', out_of_limits: '超出范围', missing: '缺少' },
});

export const outcomeWord = catalogue({
  en: { accepted: 'Accepted', refused: 'Refused', absent: 'Nobody signed' },
  'zh-Hans': { accepted: '已接受', refused: '拒绝', absent: '无人签收' },
});

export const relationWord = catalogue({
  en: { customer: 'the customer', family: 'family', neighbour: 'neighbour', concierge: 'concierge', colleague: 'colleague', other: 'other' },
  'zh-Hans': { customer: '客户本人', family: '家人', neighbour: '邻居', concierge: '物业', colleague: '同事', other: '其他' },
});

export const conditionWord = catalogue({
  en: { intact: 'intact', packaging_damaged: 'packaging damaged', unit_damaged: 'unit damaged', unknown: 'condition unknown' },
  'zh-Hans': { intact: '完好', packaging_damaged: '包装破损', unit_damaged: '机器破损', unknown: '状况不明' },
});

export const issueWord = catalogue({
  en: {
    damage: 'Damage',
    missing_part: 'Part missing',
    site: 'The place is not ready',
    unsafe: 'Not safe',
    complaint: 'The customer complains',
    wrong_unit: 'Wrong unit',
    not_loaded: 'Not loaded',
    second_visit: 'A second visit is needed',
    other: 'Other problem',
  },
  'zh-Hans': {
    damage: '损坏',
    missing_part: '缺件',
    site: '现场不具备条件',
    unsafe: '不安全',
    complaint: '客户有意见',
    wrong_unit: '机器不对',
    not_loaded: '未装车',
    second_visit: '需要再上门',
    other: '其他问题',
  },
});

const holderSaid = catalogue({
  en: { station: 'Station', crew: 'Crew', customer: 'Customer' },
  'zh-Hans': { station: '服务站', crew: '师傅', customer: '客户' },
});

/** Who holds a unit; whoever is not one of Doorstep's own is called as they were written. */
export function holderWord(holder: string): string {
  return holderSaid.has(holder) ? holderSaid(holder) : holder;
}

export const methodWord = catalogue({
  en: { camera: 'by camera', photo: 'from a photo', typed: 'typed' },
  'zh-Hans': { camera: '扫码', photo: '照片识别', typed: '手输' },
});
