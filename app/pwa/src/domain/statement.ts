/**
 * What the customer signs: one JSON text made from the job in the customer's language (PROTOCOL G1).
 *
 * The customer's screen and the office draw it and nothing else. Its bytes are hashed, so it must come out the same on every phone
 * and at every hour: members stand in the order of `Statement`, and nothing in it comes from a clock, a device or a locale.
 */
import { steps, type Key, type Step } from './checklist';
import { countedPhotos, currentAnswer, find, type JobState, type Scan } from './job';
import type { Language, Verdict } from './kinds';
import { valueAsked, type Standard, type Translated } from './standard';

export interface StatedPart {
  name: string;
  /** The serial that was read on site, else the one of the order. */
  serial: string | null;
  /** What the last scan of it said; null when nobody scanned it. */
  verdict: Verdict | null;
}

export interface Statement {
  v: 1;
  type: 'doorstep-statement';
  language: Language;
  order_ref: string | null;
  customer: string | null;
  address: string[];
  slot: { from: string; to: string } | null;
  crew: string[];
  units: (StatedPart & { components: StatedPart[] })[];
  work: string[];
  /**
   * How many steps the standards ask for, and how they came out. `open` counts those with something still missing; `of` names
   * the unit that a step is about.
   */
  checks: {
    asked: number;
    met: number;
    open: number;
    excepted: { title: string; of: string | null; reason: string; note: string | null }[];
    out_of_limits: { title: string; of: string | null; reading: string; limits: string }[];
  };
  photos: number;
  notes: number;
  declaration: string[];
}

const DECLARATIONS: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'This page says what was brought to this address and what was done here.',
    'By accepting I confirm that I received the units above and that the work above was shown to me.',
    'I keep all my rights under the law and the warranty. I can still report damage that could not be seen today.',
    'If I do not agree, I can refuse and say why. That is recorded too.',
  ],
  'zh-Hans': [
    '本页列明送到此地址的商品以及在此完成的工作。',
    '点击“接受”，即表示我已收到上述商品，并已当面查看上述工作。',
    '我依法享有的权利和保修权利不受影响。今天看不出的损坏，之后仍可反映。',
    '如不同意，我可以拒绝并说明原因，拒绝同样会被记录。',
  ],
};

const WORK: Readonly<Record<Language, ReadonlyMap<string, string>>> = {
  en: new Map([
    ['deliver', 'Delivery'],
    ['install', 'Installation'],
    ['take_back', 'Taking back the old appliance'],
  ]),
  'zh-Hans': new Map([
    ['deliver', '送货'],
    ['install', '安装'],
    ['take_back', '回收旧机'],
  ]),
};

/**
 * The statement of a job as it stands.
 *
 * @param people names of the crew by user id
 */
export function build(
  state: JobState,
  standards: readonly Standard[],
  language: Language,
  { people }: { readonly people: Readonly<Record<string, string>> },
): Statement {
  return {
    v: 1,
    type: 'doorstep-statement',
    language,
    order_ref: state.order_ref,
    customer: state.customer?.name ?? null,
    address: state.address === null ? [] : [...state.address.lines, [state.address.postcode, state.address.city].filter(Boolean).join(' ')],
    slot: state.slot === null ? null : { from: state.slot.from, to: state.slot.to },
    crew: state.crew.flatMap((id) => (Object.hasOwn(people, id) ? [people[id] ?? id] : [])),
    units: state.units.map((unit) => ({
      ...stated(state, unit.unit_id, null, unit),
      components: unit.components.map((part) => stated(state, unit.unit_id, part.component_id, part)),
    })),
    work: state.services.map((service) => WORK[language].get(service) ?? service),
    checks: checksOf(state, steps(state, standards), language),
    photos: countedPhotos(state).length,
    notes: state.notes.length,
    declaration: [...DECLARATIONS[language]],
  };
}

/** The exact text whose UTF-8 bytes are hashed. */
export function textOf(statement: Statement): string {
  return JSON.stringify(statement);
}

function stated(state: JobState, unitId: string, component: string | null, part: { name: string; serial: string | null }): StatedPart {
  const isOfPart = (scan: Scan): boolean => scan.unit_id === unitId && scan.component === component && !scan.late;
  const scan = state.scans.findLast(isOfPart);
  const serial = scan === undefined || scan.verdict === 'wrong' ? null : scan.serial;
  return { name: part.name, serial: serial ?? part.serial, verdict: scan?.verdict ?? null };
}

/** The acceptance itself is left out: it is what this statement is for. */
function checksOf(state: JobState, laid: readonly Step[], language: Language): Statement['checks'] {
  const asked = laid.filter(({ rule }) => rule.evidence.length > 0 && !rule.evidence.some(({ kind }) => kind === 'signoff'));
  const by = (verdict: Step['verdict']): Step[] => asked.filter((step) => step.verdict === verdict);
  return {
    asked: asked.length,
    met: by('met').length,
    open: by('missing').length,
    excepted: by('excepted').map((step) => excepted(state, step, language)),
    out_of_limits: by('out_of_limits').map((step) => outOfLimits(state, step, language)),
  };
}

function excepted(state: JobState, step: Step, language: Language): Statement['checks']['excepted'][number] {
  const exception = currentAnswer(state, step.step_id, step.unit_id, step.component)?.exception ?? null;
  const reason = step.rule.exception?.reasons.find((known) => known.reason === exception?.reason);
  return {
    title: inLanguage(step.rule.title, language),
    of: unitName(state, step),
    reason: reason === undefined ? (exception?.reason ?? '') : inLanguage(reason.title, language),
    note: exception?.note ?? null,
  };
}

function outOfLimits(state: JobState, step: Step, language: Language): Statement['checks']['out_of_limits'][number] {
  const answer = currentAnswer(state, step.step_id, step.unit_id, step.component);
  const asked = valueAsked(step.rule.evidence);
  const { unit = '', min = null, max = null } = asked?.kind === 'reading' ? asked : {};
  return {
    title: inLanguage(step.rule.title, language),
    of: unitName(state, step),
    reading: `${String(answer?.value)} ${unit}`.trim(),
    limits: `${min ?? ''}\u2013${max ?? ''} ${unit}`.trim(),
  };
}

/** The unit that a step is about, with the part's name behind it. */
export function unitName(state: JobState, step: Key): string | null {
  const unit = find(state.units, 'unit_id', step.unit_id);
  if (unit === null) return null;
  const part = find(unit.components, 'component_id', step.component);
  return part === null ? unit.name : `${unit.name} \u00b7 ${part.name}`;
}

/** A standard has each text in each of its languages; one that lacks the customer's speaks its first. */
export function inLanguage(text: Translated, language: Language): string {
  return text[language] ?? Object.values(text)[0] ?? '';
}
