import { describe, expect, test } from 'vitest';
import { agreementOf } from './agreement';
import { steps } from './checklist';
import { planned, type Answer, type JobState } from './job';
import type { Rule, Standard } from './standard';

const words = (text: string) => ({ en: text, 'zh-Hans': `${text}!` });
const recorded = { event_id: 'e', device_id: 'd', actor: 'a', at: '2026-11-22T09:30:00.000Z', rev: 1, late: false } as const;

function job(rule: Partial<Rule>, answer: Partial<Answer> | null): [JobState, Standard[]] {
  const state = planned();
  state.order_ref = 'SO-1';
  state.customer = { name: 'Chen Jing', phone: '1', language: 'en' };
  state.units = [{ unit_id: 'u', gtin: '1', category: 'c', name: 'Cooler', serial: null, components: [{ component_id: 'outdoor', name: 'Outdoor part', serial: null }], holder: null }];
  const whole: Rule = { code: 'A-01', phase: 'install', per: 'component', severity: 'must', title: words('Title'), text: words('Do it'), evidence: [], ...rule };
  const place = { step_id: 'A-01', unit_id: 'u', component: 'outdoor' };
  if (answer) state.answers = [{ ...place, value: null, unit: null, exception: null, finding_id: null, current: true, conflict: false, ...recorded, ...answer }];
  return [state, [{ format: 'doorstep-standard-v1', standard_id: 's', version: '1', categories: [], languages: ['en', 'zh-Hans'], title: words('S'), photo_roles: {}, rules: [whole] }]];
}

function agreement(rule: Partial<Rule>, answer: Partial<Answer> | null, language: 'en' | 'zh-Hans' = 'en') {
  const [state, standards] = job(rule, answer);
  const [step] = steps(state, standards);
  if (!step) throw new Error('no step');
  return agreementOf(state, step, language);
}

const ASKED = { evidence: [{ kind: 'text' }, { kind: 'acknowledge', text: words('I was told') }] } as const;
const EXCEPTION = { reasons: [{ reason: 'r', title: words('No crane') }], requires: 'customer' } as const;

describe('what the customer agrees to (G5)', () => {
  test('is the standard’s text and what the crew wrote at the step', () => {
    expect(agreement(ASKED, { value: 'Too close to the neighbour.' })).toEqual({
      v: 1,
      type: 'doorstep-acknowledgement',
      language: 'en',
      order_ref: 'SO-1',
      customer: 'Chen Jing',
      step_id: 'A-01',
      of: 'Cooler · Outdoor part',
      title: 'Title',
      text: ['I was told', 'Too close to the neighbour.'],
    });
  });

  test('is in the customer’s language, and without an answer the standard’s text alone', () => {
    expect(agreement(ASKED, null, 'zh-Hans').text).toEqual(['I was told!']);
  });

  test('of an exception is what is not done, why, and the note', () => {
    const answer = { exception: { reason: 'r', note: 'On Friday.' } };
    expect(agreement({ exception: EXCEPTION }, answer).text).toEqual(['Do it', 'No crane', 'On Friday.']);
    expect(agreement({ exception: EXCEPTION, customer_text: words('We do it') }, answer).text[0]).toBe('We do it');
    expect(agreement({ exception: EXCEPTION }, { exception: { reason: 'unknown', note: null } }).text).toEqual(['Do it', 'unknown']);
  });
});
