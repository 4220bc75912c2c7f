/**
 * Words for people. A catalogue is one screen family's texts, English and Chinese side by side, beside the code
 * that shows them. Keys and parameters are checked by the compiler: a missing Chinese text, a misspelt key or a
 * forgotten parameter does not build.
 *
 *   const say = catalogue({ en: { left: '{n} {n|photo|photos} left' }, 'zh-Hans': { left: '还剩 {n} 张照片' } });
 *   say('left', { n: 3 })
 *
 * `{name}` is put in as it is. `{n|one|many}` chooses by the number n; Chinese needs no such choice.
 */
import { signal } from '@preact/signals';

export const LANGUAGES = ['en', 'zh-Hans'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language that every catalogue speaks. A component that calls a catalogue follows it. */
export const language = signal<Language>(preferredLanguage());

type Name<Inside extends string> = Inside extends `${infer Before}|${string}` ? Before : Inside;
type Names<Text extends string> = Text extends `${string}{${infer Inside}}${infer Rest}` ? Name<Inside> | Names<Rest> : never;
type Values<Text extends string> = Readonly<Record<Names<Text>, string | number>>;
type Arguments<Text extends string> = [Names<Text>] extends [never] ? [] : [values: Values<Text>];

export interface Catalogue<Texts extends Record<string, string>> {
  <Key extends keyof Texts & string>(key: Key, ...values: Arguments<Texts[Key]>): string;
  /** The same in a given language, for what a customer reads. */
  in<Key extends keyof Texts & string>(tongue: Language, key: Key, ...values: Arguments<Texts[Key]>): string;
  /** Whether an arbitrary word (a reason from a standard, an anomaly's code) is a key. */
  has(key: string): key is keyof Texts & string;
  readonly texts: Readonly<Record<Language, Readonly<Record<string, string>>>>;
}

export function catalogue<const Texts extends Record<string, string>>(
  texts: { en: Texts; 'zh-Hans': { [Key in keyof Texts]: string } },
): Catalogue<Texts> {
  const speak = (tongue: Language, key: string, values?: Readonly<Record<string, string | number>>): string =>
    fill((texts[tongue] as Record<string, string>)[key] ?? key, values ?? {});
  const here = (key: string, values?: Readonly<Record<string, string | number>>): string => speak(language.value, key, values);
  const has = (key: string): boolean => Object.hasOwn(texts.en, key);
  return Object.assign(here, { in: speak, has, texts }) as unknown as Catalogue<Texts>;
}

/** Puts values into a text. A name without a value is left standing, so that it is seen. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return many === undefined ? String(value) : (Number(value) === 1 ? one : many) ?? '';
  });
}

/** A standard's text in the language of the screen, else in English, else whatever it has. */
export function pick(texts: Readonly<Record<string, string>> | null | undefined, tongue: Language = language.value): string {
  if (!texts) return '';
  return texts[tongue] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
}

function preferredLanguage(): Language {
  const wished = typeof navigator === 'undefined' ? [] : navigator.languages ?? [navigator.language];
  return wished.find((tag) => /^(en|zh)\b/i.test(tag))?.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en';
}
