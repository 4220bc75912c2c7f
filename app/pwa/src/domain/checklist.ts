/**
 * The checklist of a job: the pinned standards' rules, laid over its units, and what is still missing.
 *
 * The same functions stand in `app/domain/checklist.py`; `tests/vectors/checklist` holds both to them.
 */
import { currentAnswer, openFindings, type Answer, type JobState } from './job';
import type { AnswerValue } from './kinds';
import { isDecimal, PHASES, valueAsked, type Asked, type Condition, type Rule, type Standard, type ValueAsked } from './standard';

export { isDecimal };

/** What is still asked: `value`, `photo:<role>`, `scan`, `signoff`, `finding`. */
export type Missing = 'value' | `photo:${string}` | 'scan' | 'signoff' | 'finding';
export type StepVerdict = 'missing' | 'met' | 'excepted' | 'out_of_limits';

export interface Step {
  step_id: string;
  unit_id: string | null;
  component: string | null;
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
      for (const [place, unitId] of places(rule, standard, state)) {
        if (!applies(rule.when, state, unitId)) continue;
        laid.push({ phase: PHASES.indexOf(rule.phase), place, step: stepOf(state, standard, rule, unitId) });
      }
    }
  }
  return laid.sort((a, b) => a.phase - b.phase || a.place - b.place).map(({ step }) => step);
}

/** The steps that keep a visit from being completed: a `must` with something missing, or a finding to answer. */
export function blocking(laid: readonly Step[]): Step[] {
  return laid.filter((step) => step.missing.length > 0 && (step.rule.severity === 'must' || step.missing.includes('finding')));
}

/** Whether a rule's condition holds. An answer is looked for on the same unit first, then on the job. */
export function applies(condition: Condition | null | undefined, state: JobState, unitId: string | null): boolean {
  if (condition === null || condition === undefined) return true;
  if (condition.all !== undefined && !condition.all.every((part) => applies(part, state, unitId))) return false;
  if (condition.any !== undefined && !condition.any.some((part) => applies(part, state, unitId))) return false;
  if (condition.not !== undefined && applies(condition.not, state, unitId)) return false;
  if (condition.service !== undefined && !state.services.includes(condition.service)) return false;
  if (condition.answer === undefined) return true;
  const answer = currentAnswer(state, condition.answer, unitId, null) ?? currentAnswer(state, condition.answer, null, null);
  return answer !== null && condition.is !== undefined && isSame(answer.value, condition.is);
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

function places(rule: Rule, standard: Standard, state: JobState): [number, string | null][] {
  if (rule.per === 'job') return [[0, null]];
  return state.units
    .map((unit, index): [number, string, string] => [index + 1, unit.unit_id, unit.category])
    .filter(([, , category]) => standard.categories.length === 0 || standard.categories.includes(category))
    .map(([place, unitId]) => [place, unitId]);
}

function stepOf(state: JobState, standard: Standard, rule: Rule, unitId: string | null): Step {
  const answer = currentAnswer(state, rule.code, unitId, null);
  const missing = missingOf(state, rule, unitId, answer);
  return {
    step_id: rule.code,
    unit_id: unitId,
    component: null,
    standard_id: standard.standard_id,
    rule,
    missing,
    verdict: verdictOf(rule, answer, missing),
  };
}

function missingOf(state: JobState, rule: Rule, unitId: string | null, answer: Answer | null): Missing[] {
  const isHere = (record: { step_id: string | null; unit_id: string | null }): boolean =>
    record.step_id === rule.code && record.unit_id === unitId;
  const missing: Missing[] = openFindings(state).some(isHere) ? ['finding'] : [];
  if (answer !== null && answer.exception !== null) return missing;
  for (const asked of rule.evidence) {
    const lack = lackOf(asked, state, unitId, answer, isHere);
    if (lack !== null) missing.push(lack);
  }
  return missing;
}

function lackOf(
  asked: Asked,
  state: JobState,
  unitId: string | null,
  answer: Answer | null,
  isHere: (record: { step_id: string | null; unit_id: string | null }) => boolean,
): Missing | null {
  switch (asked.kind) {
    case 'photo': {
      const counts = state.photos.filter(
        (photo) => isHere(photo) && photo.role === asked.role && !photo.retracted && photo.replaced_by === null,
      );
      return counts.length < asked.min ? `photo:${asked.role}` : null;
    }
    case 'scan':
      return state.scans.some((scan) => scan.unit_id === unitId && scan.verdict !== 'wrong') ? null : 'scan';
    case 'signoff':
      return state.signoffs.length > 0 ? null : 'signoff';
    default:
      return isGiven(asked, answer) ? null : 'value';
  }
}

function verdictOf(rule: Rule, answer: Answer | null, missing: readonly Missing[]): StepVerdict {
  if (missing.length > 0) return 'missing';
  if (answer === null) return 'met';
  if (answer.exception !== null) return 'excepted';
  const asked = valueAsked(rule.evidence);
  if (asked?.kind !== 'reading' || !isDecimal(answer.value)) return 'met';
  return withinLimits(asked, answer.value) ? 'met' : 'out_of_limits';
}

function isGiven(asked: ValueAsked, answer: Answer | null): boolean {
  const value = answer?.value ?? null;
  switch (asked.kind) {
    case 'confirm':
      return value === true;
    case 'reading':
      return isDecimal(value);
    case 'choice':
      return asked.options.some((option) => option.value === value);
    case 'text':
      return typeof value === 'string' && /[^ \t\r\n\u00a0\u3000]/.test(value);
  }
}

/** Whether two values are the same boolean, the same text or the same list of texts. */
function isSame(value: AnswerValue | null, other: AnswerValue): boolean {
  if (Array.isArray(value) && Array.isArray(other)) {
    return value.length === other.length && value.every((text, place) => text === other[place]);
  }
  return value === other;
}
