import { beforeEach, describe, expect, test } from 'vitest';
import type { Asked, Condition, Rule, Standard } from '../../../domain/standard';
import { language } from '../../i18n/catalogue';
import { askedWords, conditionWords, perWords } from './rule-words';

const words = (text: string) => ({ en: text, 'zh-Hans': `${text}。` });
const options = (...values: string[]) => values.map((value) => ({ value, title: words(value.toUpperCase()) }));

function rule(code: string, evidence: Asked[], more: Partial<Rule> = {}): Rule {
  return { code, phase: 'install', per: 'unit', severity: 'must', title: words(`Title ${code}`), text: words('Do it'), evidence, ...more };
}

const STANDARD: Standard = {
  format: 'doorstep-standard-v1',
  standard_id: 's',
  version: '1',
  categories: [],
  languages: ['en', 'zh-Hans'],
  title: words('S'),
  photo_roles: { plate: { title: words('Plate'), max_side: 1600, quality: 80 } },
  rules: [
    rule('A', [{ kind: 'choice', options: options('gas', 'coal') }]),
    rule('B', [{ kind: 'multi', options: options('x', 'y') }]),
    rule('C', [{ kind: 'reading', unit: 'W' }]),
    rule('D', [{ kind: 'confirm' }]),
  ],
};

const when = (condition: Condition): string => conditionWords(STANDARD, condition);

beforeEach(() => {
  language.value = 'en';
});

describe('when a rule applies', () => {
  test.each<[Condition, string]>([
    [{ service: 'install' }, 'the order has Install'],
    [{ category: 'oven' }, 'the order has an appliance of the kind oven'],
    [{ answer: 'A', is: 'gas' }, 'A “Title A” is GAS'],
    [{ answer: 'B', includes: 'y' }, 'B “Title B” includes Y'],
    [{ answer: 'B', is: ['x', 'y'] }, 'B “Title B” is X, Y'],
    [{ answer: 'C', at_least: '4500', below: '9000', unit: 'W' }, 'C “Title C” is at least 4500 W and C “Title C” is below 9000 W'],
    [{ answer: 'D', is: true }, 'D “Title D” is done'],
    [{ not: { answer: 'D', is: false } }, 'not (D “Title D” is not confirmed)'],
    [{ all: [{ service: 'install' }, { any: [{ answer: 'A', is: 'gas' }, { answer: 'A', is: 'coal' }] }] }, 'the order has Install and (A “Title A” is GAS or A “Title A” is COAL)'],
    [{ any: [{ all: [{ service: 'deliver' }, { answer: 'D', is: true }] }, { service: 'install' }] }, '(the order has Deliver and D “Title D” is done) or the order has Install'],
    [{ all: null, answer: null, service: 'install' }, 'the order has Install'],
  ])('%j', (condition, said) => expect(when(condition)).toBe(said));

  test('in Chinese', () => {
    language.value = 'zh-Hans';
    expect(when({ all: [{ service: 'install' }, { answer: 'C', below: '9', unit: 'W' }] })).toBe('订单含安装，且C “Title C。”低于 9 W');
  });
});

describe('what is asked for', () => {
  test.each<[Asked, string]>([
    [{ kind: 'confirm' }, 'a confirmation'],
    [{ kind: 'choice', options: options('a', 'b') }, 'one of: A / B'],
    [{ kind: 'multi', options: options('a', 'b'), min: 1 }, 'at least 1 of: A / B'],
    [{ kind: 'multi', options: options('a', 'b') }, 'ticks: A / B'],
    [{ kind: 'reading', unit: 'V', min: '198', max: '242', instrument: words('Meter') }, 'a reading in V, 198 to 242 V, with: Meter'],
    [{ kind: 'reading', unit: 'MΩ', min: '2' }, 'a reading in MΩ, at least 2 MΩ'],
    [{ kind: 'reading', unit: 'K', max: '2' }, 'a reading in K, at most 2 K'],
    [{ kind: 'date', past: true }, 'a date in the past'],
    [{ kind: 'photo', role: 'plate', min: 2 }, '2 photos: Plate'],
    [{ kind: 'photo', role: 'unknown', min: 1 }, '1 photo: unknown'],
    [{ kind: 'acknowledge', text: words('I know') }, 'the customer’s signature under: I know'],
  ])('%j', (asked, said) => expect(askedWords(STANDARD, asked)).toBe(said));
});

test('for whom', () => {
  expect(perWords(rule('E', [], { per: 'component', component: 'outdoor' }))).toBe('for each part: outdoor');
  expect(perWords(rule('E', [], { per: 'job' }))).toBe('once a visit');
});
