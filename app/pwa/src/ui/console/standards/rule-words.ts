/** A rule of a standard in words: what it asks for, and when it applies. Pure functions of the document. */
import type { Asked, Condition, Rule, Standard } from '../../../domain/standard';
import { valueAsked } from '../../../domain/standard';
import { pick } from '../../i18n/catalogue';
import { serviceWord } from '../words-trade';
import { say } from './words';

export function askedWords(standard: Standard, asked: Asked): string {
  switch (asked.kind) {
    case 'choice':
      return say('ask_choice', { options: titles(asked.options) });
    case 'multi':
      return (asked.min ?? 0) > 0 ? say('ask_multi_least', { n: asked.min ?? 0, options: titles(asked.options) }) : say('ask_multi', { options: titles(asked.options) });
    case 'reading':
      return [say('ask_reading', { unit: asked.unit }), limitWords(asked), asked.instrument ? say('with', { what: pick(asked.instrument) }) : ''].filter(Boolean).join(', ');
    case 'date':
      return say(asked.past === true ? 'ask_date_past' : 'ask_date');
    case 'photo':
      return say('ask_photo', { n: asked.min, role: pick(standard.photo_roles[asked.role]?.title) || asked.role });
    case 'acknowledge':
      return say('ask_acknowledge', { text: pick(asked.text) });
    default:
      return say(`ask_${asked.kind}`);
  }
}

function limitWords({ unit, min = null, max = null }: Extract<Asked, { kind: 'reading' }>): string {
  if (min !== null && max !== null) return say('limits', { min, max, unit });
  if (min !== null) return say('limit_least', { min, unit });
  return max === null ? '' : say('limit_most', { max, unit });
}

/** Who or what a rule is asked for: the visit, each appliance, or each part. */
export function perWords({ per, component }: Rule): string {
  return per === 'component' && component ? say('per_this_component', { part: component }) : say(`per_${per}`);
}

/** When a rule applies, as one sentence part. */
export function conditionWords(standard: Standard, condition: Condition): string {
  const { all, any, not, service, category, answer } = condition;
  const words: string[] = [];
  if (service != null) words.push(say('when_service', { service: serviceWord.has(service) ? serviceWord(service) : service }));
  if (category != null) words.push(say('when_category', { category }));
  if (answer != null) words.push(...answerWords(standard, answer, condition));
  if (all != null) words.push(...all.map((part) => inBrackets(standard, part, 'any')));
  if (any != null) words.push(any.map((part) => inBrackets(standard, part, 'all')).join(say('or')));
  if (not != null) words.push(say('not', { what: conditionWords(standard, not) }));
  return words.join(say('and'));
}

/** In brackets where it would be read wrongly beside others. */
function inBrackets(standard: Standard, part: Condition, other: 'all' | 'any'): string {
  const words = conditionWords(standard, part);
  return (part[other]?.length ?? 0) > 1 ? `(${words})` : words;
}

function answerWords(standard: Standard, code: string, { is, includes, at_least, below, unit }: Condition): string[] {
  const before = standard.rules.find((other) => other.code === code);
  const rule = `${code} “${pick(before?.title)}”`;
  const words: string[] = [];
  if (is === true || is === false) words.push(say(is ? 'when_yes' : 'when_no', { rule }));
  else if (is != null) words.push(say('when_is', { rule, value: [is].flat().map((one) => optionWord(before, one)).join(', ') }));
  if (includes != null) words.push(say('when_includes', { rule, value: optionWord(before, includes) }));
  if (at_least != null) words.push(say('when_least', { rule, limit: at_least, unit: unit ?? '' }));
  if (below != null) words.push(say('when_below', { rule, limit: below, unit: unit ?? '' }));
  return words;
}

function optionWord(rule: Rule | undefined, value: string): string {
  const asked = rule ? valueAsked(rule.evidence) : null;
  const options = asked?.kind === 'choice' || asked?.kind === 'multi' ? asked.options : [];
  return pick(options.find((option) => option.value === value)?.title) || value;
}

function titles(options: readonly { readonly title: Readonly<Record<string, string>> }[]): string {
  return options.map((option) => pick(option.title)).join(' / ');
}
