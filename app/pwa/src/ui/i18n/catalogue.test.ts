import { describe, expect, it } from 'vitest';
import { catalogue, fill, language, pick } from './catalogue';

const FILLED = /\{(\w+)(?:\|[^}]*)?\}/g;

describe('catalogue', () => {
  const say = catalogue({
    en: { left: '{n} {n|photo|photos} left', plain: 'Save' },
    'zh-Hans': { left: '还剩 {n} 张照片', plain: '保存' },
  });

  it('chooses one or many by the number', () => {
    expect(say.in('en', 'left', { n: 1 })).toBe('1 photo left');
    expect(say.in('en', 'left', { n: 0 })).toBe('0 photos left');
    expect(say.in('zh-Hans', 'left', { n: 1 })).toBe('还剩 1 张照片');
  });

  it('follows the language of the screen', () => {
    language.value = 'zh-Hans';
    expect(say('plain')).toBe('保存');
    language.value = 'en';
    expect(say('plain')).toBe('Save');
  });

  it('leaves a name without a value standing, and takes values as they are', () => {
    expect(fill('{a} and {b}', { a: '{b}' })).toBe('{b} and {b}');
  });

  it('knows only its own keys', () => {
    expect(say.has('plain')).toBe(true);
    expect(say.has('constructor')).toBe(false);
  });

  it('picks a standard’s text, falling back to English', () => {
    expect(pick({ en: 'Level', 'zh-Hans': '水平' }, 'zh-Hans')).toBe('水平');
    expect(pick({ en: 'Level' }, 'zh-Hans')).toBe('Level');
    expect(pick(null)).toBe('');
  });
});

describe('every catalogue', () => {
  const modules = import.meta.glob<Record<string, unknown>>('../**/words*.ts', { eager: true });
  const catalogues = Object.entries(modules).flatMap(([path, exported]) =>
    Object.values(exported).flatMap((value) => (hasTexts(value) ? [{ path, texts: value.texts }] : [])),
  );

  it('is found', () => {
    expect(catalogues.length).toBeGreaterThan(0);
  });

  it.each(catalogues)('$path has no empty text and uses the same parameters in both languages', ({ texts }) => {
    for (const [key, english] of Object.entries(texts.en)) {
      const chinese = texts['zh-Hans'][key] ?? '';
      expect(chinese.trim(), key).not.toBe('');
      expect(names(english).containing(names(chinese)), `${key}: ${chinese}`).toBe(true);
      expect(chinese, `${key} is left in English`).not.toMatch(/^[A-Za-z ,.'?!-]{12,}$/);
    }
  });
});

interface Texts { readonly en: Record<string, string>; readonly 'zh-Hans': Record<string, string> }

function hasTexts(value: unknown): value is { texts: Texts } {
  return typeof value === 'function' && 'texts' in value;
}

function names(text: string): { containing(other: { all: Set<string> }): boolean; all: Set<string> } {
  const all = new Set([...text.matchAll(FILLED)].map((match) => match[1] ?? ''));
  return { all, containing: (other) => all.size === other.all.size && [...other.all].every((name) => all.has(name)) };
}
