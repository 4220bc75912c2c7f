/**
 * The checklist of a job: the pinned standards' rules, laid over its units, and what is still missing.
 *
 * The same functions stand in `app/domain/checklist.py`; `tests/vectors/checklist` holds both to them.
 */
import { countedPhotos, currentAnswer, openFindings, type Answer, type JobState, type Unit } from './job';
import type { AnswerValue } from './kinds';
import {
  isDecimal,
  PHASES,
  valueAsked,
  type Asked,
  type Condition,
  type DateAsked,
  type MultiAsked,
  type Rule,
  type Standard,
  type ValueAsked,
} from './standard';

export { isDecimal };

/** What is still asked: `value`, `photo:<role>`, `scan`, `acknowledge`, `signoff`, `finding`. */
export type Missing = 'value' | `photo:${string}` | 'scan' | 'acknowledge' | 'signoff' | 'finding';
export type StepVerdict = 'missing' | 'met' | 'excepted' | 'out_of_limits';

/** Where a step is: its rule's code, its unit and its component. */
export interface Key {
  step_id: string | null;
  unit_id: string | null;
  component: string | null;
}

export interface Step extends Key {
  step_id: string;
  standard_id: string;
  rule: Rule;
  missing: Missing[];
  verdict: StepVerdict;
}

/** All applicable steps of a job in working order: by phase, then the job's own before its units', then as the standards have them. */
export function steps(state: JobState, standards: readonly Standard[]): Step[] {
  const laid: { phase: number; place: number; step: Step }[] = [];
  for (const standard of standards) {
    for (const rule of standard.rules) {
      for (const [place, unitId, component] of places(rule, standard, state)) {
        if (!applies(rule.when, state, unitId, component)) continue;
        laid.push({ phase: PHASES.indexOf(rule.phase), place, step: stepOf(state, standard, rule, unitId, component) });
      }
    }
  }
  return laid.sort((a, b) => a.phase - b.phase || a.place - b.place).map(({ step }) => step);
}

/** The steps that keep a visit from being completed: a `must` with something missing, or a finding to answer. */
export function blocking(laid: readonly Step[]): Step[] {
  return laid.filter((step) => step.missing.length > 0 && (step.rule.severity === 'must' || step.missing.includes('finding')));
}

/**
 * Whether all that a rule's condition says holds.
 *
 * An answer is looked for on the same component first, then on its unit, then on the job.
 */
export function applies(condition: Condition | null | undefined, state: JobState, unitId: string | null, component: string | null): boolean {
  if (condition == null) return true;
  const { all, any, not, service, category, answer } = condition;
  const holds = (part: Condition): boolean => applies(part, state, unitId, component);
  if (all != null && !all.every(holds)) return false;
  if (any != null && !any.some(holds)) return false;
  if (not != null && holds(not)) return false;
  if (service != null && !state.services.includes(service)) return false;
  if (category != null && !state.units.some((unit) => (unitId === null || unit.unit_id === unitId) && unit.category === category)) return false;
  return answer == null || answerFits(condition, answerNear(state, answer, unitId, component));
}

function answerNear(state: JobState, code: string, unitId: string | null, component: string | null): Answer | null {
  const own = component === null ? null : currentAnswer(state, code, unitId, component);
  return own ?? currentAnswer(state, code, unitId, null) ?? currentAnswer(state, code, null, null);
}

function answerFits({ is, includes, at_least, below }: Condition, answer: Answer | null): boolean {
  if (answer === null) return false;
  const { value } = answer;
  if (is != null && !isSame(value, is)) return false;
  if (includes != null && !(Array.isArray(value) && value.includes(includes))) return false;
  if (at_least == null && below == null) return true;
  if (!isDecimal(value)) return false;
  const reading = millionths(value);
  return (at_least == null || reading >= millionths(at_least)) && (below == null || reading < millionths(below));
}

/** Whether a reading lies within the rule's limits, both inclusive. Limits and reading are exact decimals. */
export function withinLimits(asked: { readonly min?: string | null; readonly max?: string | null }, value: string): boolean {
  const reading = millionths(value);
  const { min = null, max = null } = asked;
  return (min === null || reading >= millionths(min)) && (max === null || reading <= millionths(max));
}

/** A decimal of K3's form as a whole number of millionths, so that comparing is exact. */
function millionths(decimal: string): bigint {
  const [whole = '', part = ''] = decimal.replace('-', '').split('.');
  const size = BigInt(whole + part.padEnd(6, '0'));
  return decimal.startsWith('-') ? -size : size;
}

function places(rule: Rule, standard: Standard, state: JobState): [number, string | null, string | null][] {
  if (rule.per === 'job') return [[0, null, null]];
  const found: [number, string | null, string | null][] = [];
  state.units.forEach((unit, index) => {
    if (standard.categories.length > 0 && !standard.categories.includes(unit.category)) return;
    for (const component of rule.per === 'component' ? componentsOf(rule, unit) : [null]) found.push([index + 1, unit.unit_id, component]);
  });
  return found;
}

/**
 * The unit's components that a rule is about: `outdoor` is about `outdoor` and `outdoor-2`.
 *
 * A unit whose order names none of them is asked as a whole: a rule does not go away because an order is short.
 */
function componentsOf({ component: wanted }: Rule, unit: Unit): (string | null)[] {
  const ids = unit.components.map((component) => component.component_id);
  const found = ids.filter((id) => wanted == null || id === wanted || id.startsWith(`${wanted}-`));
  return found.length > 0 ? found : [null];
}

function stepOf(state: JobState, standard: Standard, rule: Rule, unitId: string | null, component: string | null): Step {
  const answer = currentAnswer(state, rule.code, unitId, component);
  const key = { step_id: rule.code, unit_id: unitId, component };
  const missing = missingOf(state, rule, key, answer);
  return { ...key, standard_id: standard.standard_id, rule, missing, verdict: verdictOf(rule, answer, missing) };
}

/** Whether two records are about the same step. */
export function isAt(key: Key, record: Key): boolean {
  return record.step_id === key.step_id && record.unit_id === key.unit_id && record.component === key.component;
}

function missingOf(state: JobState, rule: Rule, key: Key, answer: Answer | null): Missing[] {
  const missing: Missing[] = openFindings(state).some((finding) => isAt(key, finding)) ? ['finding'] : [];
  if (answer !== null && answer.exception !== null) {
    const agrees = rule.exception?.requires === 'customer';
    if (agrees && !isAcknowledged(state, key, answer.rev)) missing.push('acknowledge');
    return missing;
  }
  for (const asked of rule.evidence) {
    const lack = lackOf(asked, state, key, answer);
    if (lack !== null) missing.push(lack);
  }
  return missing;
}

function lackOf(asked: Asked, state: JobState, key: Key, answer: Answer | null): Missing | null {
  switch (asked.kind) {
    case 'photo': {
      const counts = countedPhotos(state).filter((photo) => isAt(key, photo) && photo.role === asked.role);
      return counts.length < asked.min ? `photo:${asked.role}` : null;
    }
    case 'scan':
      return isScanned(state, key) ? null : 'scan';
    case 'acknowledge':
      return isAcknowledged(state, key, 0) ? null : 'acknowledge';
    case 'signoff':
      return state.signoffs.length > 0 ? null : 'signoff';
    default:
      return answer !== null && isGiven(asked, answer) ? null : 'value';
  }
}

function isScanned(state: JobState, key: Key): boolean {
  return state.scans.some(
    (scan) => scan.unit_id === key.unit_id && (key.component === null || scan.component === key.component) && scan.verdict !== 'wrong',
  );
}

/** Whether the customer agreed to it, by strokes or by a typed name, after that rev. */
function isAcknowledged(state: JobState, key: Key, afterRev: number): boolean {
  return state.acknowledgements.some((one) => isAt(key, one) && one.rev > afterRev && Boolean(one.strokes_sha256 ?? one.typed_name));
}

function verdictOf(rule: Rule, answer: Answer | null, missing: readonly Missing[]): StepVerdict {
  if (missing.length > 0) return 'missing';
  if (answer === null) return 'met';
  if (answer.exception !== null) return 'excepted';
  const asked = valueAsked(rule.evidence);
  if (asked?.kind !== 'reading' || !isDecimal(answer.value)) return 'met';
  return withinLimits(asked, answer.value) ? 'met' : 'out_of_limits';
}

function isGiven(asked: ValueAsked, { value, at }: Answer): boolean {
  switch (asked.kind) {
    case 'confirm':
      return value === true;
    case 'reading':
      return isDecimal(value);
    case 'choice':
      return asked.options.some((option) => option.value === value);
    case 'multi':
      return isChosen(asked, value);
    case 'text':
      return typeof value === 'string' && /[^ \t\r\n\u00a0\u3000]/.test(value);
    case 'date':
      return isDay(asked, value, at);
  }
}

/** Whether a value is a list of different options, as many as are asked for at least. */
function isChosen(asked: MultiAsked, value: AnswerValue | null): boolean {
  if (!Array.isArray(value) || new Set(value).size !== value.length) return false;
  return value.length >= (asked.min ?? 0) && value.every((one) => asked.options.some((option) => option.value === one));
}

/** Whether a value is a day of the calendar; where only past ones will do, one that had begun somewhere when it was answered. */
export function isDay(asked: DateAsked, value: AnswerValue | null, at: string): boolean {
  const day = dayNumber(value);
  const answered = dayNumber(at.slice(0, 10));
  return day !== null && (asked.past !== true || answered === null || day <= answered + 1);
}

/** The number of a day YYYY-MM-DD, counted from the first of the year 1; null when the calendar has no such day. */
function dayNumber(text: unknown): number | null {
  const parts = typeof text === 'string' ? /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text) : null;
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (year < 1 || day < 1 || day > (months[month - 1] ?? 0)) return null;
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  return before * 365 + leaps + months.slice(0, month - 1).reduce((sum, length) => sum + length, 0) + day;
}

/** Whether two values are the same boolean, the same text or the same list of texts. */
function isSame(value: AnswerValue | null, other: AnswerValue): boolean {
  if (Array.isArray(value) && Array.isArray(other)) {
    return value.length === other.length && value.every((text, place) => text === other[place]);
  }
  return value === other;
}
