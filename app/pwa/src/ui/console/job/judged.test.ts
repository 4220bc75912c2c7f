import { describe, expect, it } from 'vitest';
import { planned, type JobState, type Stage, type Visit } from '../../../domain/job';
import type { Broken, StandardConformity } from '../../../state/console/conformity';
import { brokenCount, isFailed, judged } from './judged';

const place = { unit_id: null, component: null, title: { en: 'Rule' } };
const missing: Broken = { ...place, step_id: 'A', why: 'missing', remedy: null };
const outside: Broken = { ...place, step_id: 'B', why: 'out_of_limits', remedy: { text: { en: 'Again' } } };
const left = { ...place, step_id: 'C' };
const conformity: StandardConformity[] = [{ standard_id: 's', version: '1', conforms: false, met: 3, excepted: [], broken: [missing, outside], left_out: [left] }];

function detail(stage: Stage, visits: Partial<Visit>[] = []): { conformity: StandardConformity[]; standards: []; state: JobState } {
  return { conformity, standards: [], state: { ...planned(), stage, visit_id: 'now', visits: visits as Visit[] } };
}

describe('a job under its standards', () => {
  it('breaks what is missing when its visit has ended', () => {
    const [part] = judged(detail('finished'));
    expect([part?.broken, part?.left_out, part?.open]).toEqual([[missing, outside], [left], 0]);
    expect(brokenCount(detail('sealed'))).toBe(2);
  });

  it('has it still to do before', () => {
    const [part] = judged(detail('on_site'));
    expect([part?.broken, part?.left_out, part?.open]).toEqual([[outside], [], 2]);
    expect(brokenCount(detail('dispatched'))).toBe(1);
  });

  it('is not judged by a visit that failed, until another begins', () => {
    expect(isFailed(detail('failed', [{ visit_id: 'now', outcome: 'failed' }]))).toBe(true);
    expect(isFailed(detail('dispatched', [{ visit_id: 'before', outcome: 'failed' }, { visit_id: 'now', outcome: null }]))).toBe(false);
    expect(isFailed(detail('planned'))).toBe(false);
  });
});
