/**
 * What the customer agrees to at one step: one JSON text in their language (PROTOCOL G6).
 *
 * The customer's screen and the office draw it and nothing else. Its bytes are hashed, so members stand in this order.
 */
import type { Step } from './checklist';
import { currentAnswer, type JobState } from './job';
import type { Language } from './kinds';
import { valueAsked } from './standard';
import { inLanguage, unitName } from './statement';

export interface Agreement {
  v: 1;
  type: 'doorstep-acknowledgement';
  language: Language;
  order_ref: string | null;
  customer: string | null;
  step_id: string;
  /** The unit or part that it is about. */
  of: string | null;
  title: string;
  text: string[];
}

/** What a step asks the customer to agree to, as the job stands. */
export function agreementOf(state: JobState, step: Step, language: Language): Agreement {
  return {
    v: 1,
    type: 'doorstep-acknowledgement',
    language,
    order_ref: state.order_ref,
    customer: state.customer?.name ?? null,
    step_id: step.step_id,
    of: unitName(state, step),
    title: inLanguage(step.rule.title, language),
    text: textsOf(state, step, language),
  };
}

/** The step's own text for the customer and what was written at it, or, of an exception, what is not done, why, and what was noted. */
function textsOf(state: JobState, { rule, step_id, unit_id, component }: Step, language: Language): string[] {
  const answer = currentAnswer(state, step_id, unit_id, component);
  const exception = answer?.exception ?? null;
  if (exception === null) {
    const told = rule.evidence.flatMap((asked) => (asked.kind === 'acknowledge' ? [inLanguage(asked.text, language)] : []));
    const written = valueAsked(rule.evidence)?.kind === 'text' && typeof answer?.value === 'string' ? [answer.value] : [];
    return [...told, ...written];
  }
  const reason = rule.exception?.reasons.find((known) => known.reason === exception.reason);
  const told = reason === undefined ? exception.reason : inLanguage(reason.title, language);
  return [inLanguage(rule.customer_text ?? rule.text, language), told, exception.note ?? ''].filter((text) => text !== '');
}
