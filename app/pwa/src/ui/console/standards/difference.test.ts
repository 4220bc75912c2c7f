import { beforeEach, describe, expect, it } from 'vitest';
import type { Rule, Standard } from '../../../domain/standard';
import { language } from '../../i18n/catalogue';
import { differences } from './difference';

const both = (text: string) => ({ en: text, 'zh-Hans': `${text}（中）` });

function rule(code: string, more: Partial<Rule> = {}): Rule {
  return { code, phase: 'install', per: 'job', severity: 'must', title: both(code), text: both(`do ${code}`), evidence: [{ kind: 'confirm' }], ...more };
}

function standard(rules: readonly Rule[], more: Partial<Standard> = {}): Standard {
  return {
    format: 'doorstep-standard-v1',
    standard_id: 's',
    version: '1',
    categories: [],
    languages: ['en', 'zh-Hans'],
    title: both('S'),
    photo_roles: {},
    rules,
    ...more,
  };
}

beforeEach(() => {
  language.value = 'en';
});

describe('what changes', () => {
  it('is nothing between equals', () => {
    const one = standard([rule('A'), rule('B')]);
    expect(differences(one, structuredClone(one))).toEqual([]);
  });

  it('says a limit before and now', () => {
    const reading = (max: string) => rule('A', { evidence: [{ kind: 'reading', unit: 'V', min: '198', max }] });
    expect(differences(standard([reading('242')]), standard([reading('235')]))).toEqual([
      { is: 'changed', code: 'A', title: 'A', lines: [{ what: 'Asks for', before: 'a reading in V, 198 to 242 V', after: 'a reading in V, 198 to 235 V' }] },
    ]);
  });

  it('finds a change in one language only', () => {
    const [found] = differences(standard([rule('A')]), standard([rule('A', { text: { en: 'do A', 'zh-Hans': '做' } })]));
    expect(found?.lines).toEqual([{ what: 'Instruction (Chinese)', before: 'do A（中）', after: '做' }]);
  });

  it('names rules that came, went and moved', () => {
    const found = differences(standard(['A', 'B', 'C', 'D'].map((code) => rule(code))), standard(['D', 'A', 'C', 'E'].map((code) => rule(code))));
    expect(found.map(({ is, code }) => `${is} ${code}`)).toEqual(['moved D', 'added E', 'removed B']);
  });

  it('finds every other part that changes', () => {
    const role = { title: both('Plate'), max_side: 2048, quality: 85 };
    const before = standard([rule('A')], { photo_roles: { plate: role, old: role } });
    const after = standard([rule('A', { when: { service: 'install' }, remedy: { text: both('Mend it') }, exception: { reasons: [{ reason: 'r', title: both('No time') }], requires: 'customer' } })], {
      version: '2',
      categories: ['oven'],
      photo_roles: { plate: { ...role, quality: 90 }, fresh: role },
      failure_reasons: [{ reason: 'away', title: both('Nobody home'), evidence: [] }],
    });
    const lines = differences(before, after).flatMap(({ is, title, lines: all }) => all.map(({ what, before: was, after: now }) => `${is} ${title}: ${what}: ${was} > ${now}`));
    expect(lines).toContain('changed About the standard: Version: 1 > 2');
    expect(lines).toContain('changed A: Only if:  > the order has Install');
    expect(lines).toContain('changed A: May be left undone:  > No time (the customer must agree)');
    expect(lines).toContain('changed A: If broken:  > Mend it');
    expect(lines).toContain('changed Photos: Plate: JPEG quality: 85 > 90');
    expect(differences(before, after).map(({ is, title }) => `${is} ${title}`)).toContain('removed Photos: Plate');
    expect(differences(before, after).map(({ is, title }) => `${is} ${title}`)).toContain('added How a visit may fail: Nobody home');
  });
});
