import { describe, expect, it } from 'vitest';
import { planned, type JobState, type Photo } from '../../../domain/job';
import type { Rule, Standard } from '../../../domain/standard';
import { laidSteps, newest, reasonTitle, roleTitle, shots, tally } from './evidence';

const TITLE = { en: 'x', 'zh-Hans': '某' };

function rule(code: string, phase: Rule['phase'], more: Partial<Rule> = {}): Rule {
  return { code, phase, per: 'unit', severity: 'must', title: TITLE, text: TITLE, evidence: [{ kind: 'photo', role: 'r', min: 1 }], ...more };
}

const STANDARD: Standard = {
  format: 'doorstep-standard-v1',
  standard_id: 's',
  version: '1',
  categories: [],
  languages: ['en', 'zh-Hans'],
  title: TITLE,
  photo_roles: { r: { title: { en: 'Role' }, max_side: 100, quality: 80 } },
  failure_reasons: [{ reason: 'nobody_home', title: { en: 'Nobody home' }, evidence: [] }],
  rules: [rule('B', 'install'), rule('A', 'arrive'), rule('I', 'close', { severity: 'info', evidence: [{ kind: 'confirm' }] })],
};

function photo(photo_id: string, step_id: string | null, more: Partial<Photo> = {}): Photo {
  const recorded = { event_id: photo_id, device_id: 'd', actor: 'a', at: '2026-11-22T10:00:00.000Z', rev: 1, late: false };
  const shown = { role: 'r', component: null, sha256: 'f'.repeat(64), size: 1, mime: 'image/jpeg', w: 4, h: 3, source: 'camera', quality: null, finding_id: null, of: null } as const;
  return { photo_id, step_id, unit_id: 'u1', ...shown, ...recorded, retracted: false, replaced_by: null, after_signoff: false, ...more };
}

function state(...photos: Photo[]): JobState {
  const unit = { unit_id: 'u1', gtin: '0', category: 'c', name: 'Washer', serial: null, components: [], holder: null };
  return { ...planned(), units: [unit], photos };
}

describe('photos', () => {
  const lined = (...photos: Photo[]): string[][] => shots(state(...photos), laidSteps(state(...photos), [STANDARD])).map((shot) => shot.versions.map((one) => one.photo_id));

  it('stand in the order of the work, those without a step last', () => {
    expect(lined(photo('p1', null), photo('p2', 'B'), photo('p3', 'A'), photo('p4', 'gone'))).toEqual([['p3'], ['p2'], ['p1'], ['p4']]);
  });

  it('stand beside their retakes, the original first', () => {
    expect(lined(photo('p1', 'A', { replaced_by: 'p3' }), photo('p2', 'A'), photo('p3', 'A', { replaced_by: 'p4' }), photo('p4', 'A'))).toEqual([['p1', 'p3', 'p4'], ['p2']]);
  });

  it('are none of them lost in a circle or behind a missing end', () => {
    const odd = lined(photo('p1', 'A', { replaced_by: 'p2' }), photo('p2', 'A', { replaced_by: 'p1' }), photo('p3', 'A', { replaced_by: 'nowhere' }));
    expect(odd.flat().sort()).toEqual(['p1', 'p2', 'p3']);
  });

  it('count by the newest', () => {
    const [shot] = shots(state(photo('p1', 'A', { replaced_by: 'p2' }), photo('p2', 'A')), []);
    expect(shot && newest(shot).photo_id).toBe('p2');
  });
});

describe('the tally', () => {
  it('does not call an unanswered piece of information missing', () => {
    const now = state(photo('p1', 'A'));
    expect(tally(laidSteps(now, [STANDARD]))).toEqual({ asked: 2, met: 1, excepted: 0, out_of_limits: 0, missing: 1 });
  });
});

describe('names', () => {
  it('come from the standards of the job, and from nowhere else', () => {
    expect(roleTitle([STANDARD], 'r')).toEqual({ en: 'Role' });
    expect(roleTitle([STANDARD], 'constructor')).toBeNull();
    expect(reasonTitle([STANDARD], 'nobody_home', null)).toEqual({ en: 'Nobody home' });
    expect(reasonTitle([STANDARD], 'else', null)).toBeNull();
  });
});
