/** Looking into a draft, which may hold anything: its texts, its codes, and its places in words. */
import { at, isObject, placeOf, type Json, type JsonObject, type Place } from '../../../domain/places';
import { pick } from '../../i18n/catalogue';
import { edit, enumWord, memberWord } from './editor-words';

/** The next number after a code that no rule has: WM-INS-08 after WM-INS-07. */
export function freeCode(rules: readonly Json[], like: string): string {
  const [, stem = `${like}-`, digits = '01'] = /^(.*?)(\d+)$/.exec(like) ?? [];
  const taken = new Set(rules.map((rule) => textAt(rule, ['code'])));
  let number = Number(digits) + 1;
  const name = (): string => `${stem}${String(number).padStart(digits.length, '0')}`;
  while (taken.has(name())) number += 1;
  return name();
}

/** A pointer as people would say it. */
export function placeWords(document: JsonObject, pointer: string): string {
  const place = placeOf(pointer);
  const names = place.filter((step): step is string => typeof step === 'string').map(stepWord);
  if (place[0] !== 'rules' || typeof place[1] !== 'number') return names.join(' › ') || edit('about');
  return [edit('code_of', { code: textAt(document, ['rules', place[1], 'code']) }), ...names.slice(1)].join(' › ');
}

function stepWord(step: string): string {
  const tongue = `languages_${step}`;
  if (enumWord.has(tongue)) return enumWord(tongue);
  return memberWord.has(step) ? memberWord(step) : step;
}

export function titleOf(value: Json | undefined): string {
  const title = at(value, ['title']);
  const texts = isObject(title) ? Object.entries(title).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : [];
  return pick(Object.fromEntries(texts));
}

export function textAt(value: Json | undefined, place: Place): string {
  const found = at(value, place);
  return typeof found === 'string' ? found : '';
}
