/** What changes from one version of a standard to the next, in words. */
import type { Asked, PhotoRole, Rule, Standard, Translated } from '../../../domain/standard';
import { LANGUAGES, pick } from '../../i18n/catalogue';
import { phaseWord } from '../words-trade';
import { edit, enumWord, memberWord } from './editor-words';
import { askedWords, conditionWords, perWords } from './rule-words';
import { say } from './words';

/** One member that changed. */
export interface Line {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** One rule, or another part of the document. */
export interface Difference {
  readonly is: 'added' | 'removed' | 'changed' | 'moved';
  /** The rule's code; null of other parts. */
  readonly code: string | null;
  readonly title: string;
  readonly lines: readonly Line[];
}

export function differences(before: Standard, after: Standard): readonly Difference[] {
  return [...ofHead(before, after), ...ofRules(before, after), ...ofRoles(before, after), ...ofFailures(before, after)];
}

function ofHead(before: Standard, after: Standard): readonly Difference[] {
  const lines = changed([
    [memberWord('version'), before.version, after.version],
    ...wordLines(memberWord('title'), before.title, after.title),
    ...wordLines(memberWord('summary'), before.summary, after.summary),
    [memberWord('categories'), before.categories.join(', '), after.categories.join(', ')],
    [memberWord('languages'), before.languages.join(', '), after.languages.join(', ')],
  ]);
  return lines.length > 0 ? [{ is: 'changed', code: null, title: edit('about'), lines }] : [];
}

function ofRules(before: Standard, after: Standard): readonly Difference[] {
  const found: Difference[] = [];
  const orderBefore = before.rules.map((rule) => rule.code).filter((code) => after.rules.some((rule) => rule.code === code));
  const orderAfter = after.rules.map((rule) => rule.code).filter((code) => orderBefore.includes(code));
  const displaced = movedCodes(orderBefore, orderAfter);
  for (const rule of after.rules) {
    const old = before.rules.find((other) => other.code === rule.code);
    const title = pick(rule.title);
    if (!old) found.push({ is: 'added', code: rule.code, title, lines: ruleLines(before, null, after, rule) });
    else {
      const lines = ruleLines(before, old, after, rule);
      if (lines.length > 0) found.push({ is: 'changed', code: rule.code, title, lines });
      else if (displaced.has(rule.code)) found.push({ is: 'moved', code: rule.code, title, lines: [] });
    }
  }
  for (const rule of before.rules) {
    if (!after.rules.some((other) => other.code === rule.code)) found.push({ is: 'removed', code: rule.code, title: pick(rule.title), lines: [] });
  }
  return found;
}

/** Which of the same codes stand elsewhere: those outside the longest run of codes that kept their order. */
function movedCodes(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
  const places = after.map((code) => before.indexOf(code));
  const runs: number[][] = [];
  for (const [index, place] of places.entries()) {
    const best = runs.slice(0, index).filter((run) => (run.at(-1) ?? -1) < place).reduce<number[]>((longest, run) => (run.length > longest.length ? run : longest), []);
    runs.push([...best, place]);
  }
  const kept = runs.reduce<number[]>((longest, run) => (run.length > longest.length ? run : longest), []);
  return new Set(after.filter((_, index) => !kept.includes(places[index] ?? -1)));
}

function ruleLines(before: Standard, old: Rule | null, after: Standard, rule: Rule): readonly Line[] {
  const told = (read: (standard: Standard, of: Rule) => string): readonly [string, string] => [old ? read(before, old) : '', read(after, rule)];
  return changed([
    [memberWord('phase'), ...told((_, of) => phaseWord(of.phase))],
    [memberWord('per'), ...told((_, of) => perWords(of))],
    [memberWord('severity'), ...told((_, of) => say(`severity_${of.severity}`))],
    [memberWord('actor'), ...told((_, of) => say(`actor_${of.actor ?? 'installer'}`))],
    ...(old ? wordLines(memberWord('title'), old.title, rule.title) : []),
    ...wordLines(memberWord('text'), old?.text, rule.text),
    ...wordLines(memberWord('customer_text'), old?.customer_text, rule.customer_text),
    [say('when'), ...told((standard, of) => (of.when ? conditionWords(standard, of.when) : ''))],
    [say('asks'), ...told((standard, of) => evidenceText(standard, of.evidence))],
    [say('exception'), ...told((_, of) => exceptionText(of))],
    [say('remedy'), ...told((_, of) => remedyText(of))],
    [say('sources'), ...told((_, of) => (of.sources ?? []).map((source) => source.title).join('; '))],
  ]);
}

function evidenceText(standard: Standard, evidence: readonly Asked[]): string {
  return evidence.map((asked) => [askedWords(standard, asked), detailOf(asked)].filter(Boolean).join(' ')).join('; ');
}

/** What the words leave out, but decides all the same. */
function detailOf(asked: Asked): string {
  if (asked.kind === 'reading' && asked.decimals != null) return `(${memberWord('decimals')}: ${asked.decimals})`;
  if (asked.kind === 'choice' || asked.kind === 'multi') return `(${asked.options.map((option) => option.value).join(', ')})`;
  return '';
}

function exceptionText({ exception }: Rule): string {
  if (!exception) return '';
  const why = exception.reasons.map((reason) => pick(reason.title)).join(' / ');
  return exception.requires ? `${why} (${say(`requires_${exception.requires}`)})` : why;
}

function remedyText({ remedy }: Rule): string {
  if (!remedy) return '';
  const { kind, amount, currency } = remedy as { kind?: string | null; amount?: string | null; currency?: string | null };
  const what = kind == null ? '' : enumWord(`kind_${kind}` as 'kind_redo');
  return [what, pick(remedy.text), amount == null ? '' : `${amount} ${currency ?? ''}`].filter(Boolean).join(', ');
}

function ofRoles(before: Standard, after: Standard): readonly Difference[] {
  return ofNamed(before.photo_roles, after.photo_roles, memberWord('photo_roles'), (old: PhotoRole | null, now) => [
    ...wordLines(memberWord('title'), old?.title, now.title),
    ...wordLines(memberWord('hint'), old?.hint, now.hint),
    [memberWord('overlay'), old?.overlay ?? '', now.overlay ?? ''],
    [memberWord('max_side'), old ? String(old.max_side) : '', String(now.max_side)],
    [memberWord('quality'), old ? String(old.quality) : '', String(now.quality)],
  ]);
}

function ofFailures(before: Standard, after: Standard): readonly Difference[] {
  const named = (standard: Standard) => Object.fromEntries((standard.failure_reasons ?? []).map((one) => [one.reason, one]));
  return ofNamed(named(before), named(after), memberWord('failure_reasons'), (old, now) => [
    ...wordLines(memberWord('title'), old?.title, now.title),
    [say('asks'), old ? evidenceText(before, old.evidence) : '', evidenceText(after, now.evidence)],
  ]);
}

type Row = readonly [what: string, before: string, after: string];

function ofNamed<T extends { readonly title: Translated }>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  what: string,
  rows: (old: T | null, now: T) => readonly Row[],
): readonly Difference[] {
  const found: Difference[] = [];
  for (const [name, now] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? (before[name] ?? null) : null;
    const lines = changed(rows(old, now));
    if (old === null || lines.length > 0) found.push({ is: old ? 'changed' : 'added', code: null, title: `${what}: ${pick(now.title)}`, lines });
  }
  for (const [name, old] of Object.entries(before)) {
    if (!Object.hasOwn(after, name)) found.push({ is: 'removed', code: null, title: `${what}: ${pick(old.title)}`, lines: [] });
  }
  return found;
}

function wordLines(what: string, before: Translated | null | undefined, after: Translated | null | undefined): readonly Row[] {
  return LANGUAGES.map((tongue) => [`${what} (${enumWord(`languages_${tongue}`)})`, before?.[tongue] ?? '', after?.[tongue] ?? ''] as const);
}

function changed(rows: readonly Row[]): readonly Line[] {
  return rows.filter(([, before, after]) => before !== after).map(([what, before, after]) => ({ what, before, after }));
}
