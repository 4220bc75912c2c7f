/** What was answered, in words. */
import type { Missing, Step } from '../../../domain/checklist';
import type { Answer } from '../../../domain/job';
import { valueAsked } from '../../../domain/standard';
import { pick } from '../../i18n/catalogue';
import { calendarDay } from '../../i18n/format';
import { optionTitle, reasonTitle } from './evidence';
import { roleName, type JobView } from './view';
import { say } from './words';

export function answerText(view: JobView, step: Step, answer: Answer): string {
  const { value } = answer;
  if (value === null) return answer.exception === null ? say('answer_none') : exceptionText(view, step, answer);
  if (typeof value === 'boolean') return value ? say('answer_yes') : say('answer_no');
  if (Array.isArray(value)) return value.map((one) => pick(optionTitle(step, one)) || one).join(', ') || say('answer_empty');
  if (valueAsked(step.rule.evidence)?.kind === 'date') return calendarDay(value);
  const option = pick(optionTitle(step, value));
  return option || [value, answer.unit].filter(Boolean).join(' ');
}

/** The exception's reason and note; empty when there is none. */
export function exceptionText(view: JobView, step: Step, { exception }: Answer): string {
  if (exception === null) return '';
  const reason = pick(reasonTitle(view.detail.standards, exception.reason, step)) || exception.reason;
  const said = say('exception', { reason });
  return exception.note ? `${said} (${exception.note})` : said;
}

export function missingText(view: JobView, missing: Missing): string {
  if (missing.startsWith('photo:')) return say('missing_photo', { role: roleName(view, missing.slice('photo:'.length)) });
  return say(`missing_${missing as Exclude<Missing, `photo:${string}`>}`);
}
