import { describe, expect, it } from 'vitest';
import { planned, type JobState, type Recorded, type Unit } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { carriedFacts } from './unit-fate';

const at = (rev: number): Recorded => ({ event_id: `e${rev}`, device_id: 'd', actor: 'a', at: '2026-11-30T08:00:00.000Z', rev, late: false });
const unit = (unit_id: string): Unit => ({ unit_id, gtin: '06901234567892', category: 'washing_machine', name: unit_id, serial: null, components: [], holder: null });
const visit = (visit_id: string, departed: number | null, ended: number | null = null): JobState['visits'][number] => ({
  visit_id,
  departed: departed === null ? null : at(departed),
  arrived: null,
  ended: ended === null ? null : at(ended),
  outcome: null,
  reason: null,
  note: null,
});
const issue = (code: string, unit_id: string, rev: number): JobState['issues'][number] => ({ issue_id: `i${rev}`, code, unit_id, note: null, ...at(rev) });

function view(state: Partial<JobState>): JobView {
  return { job_id: 'j', state: { ...planned(), services: ['deliver'], units: [unit('washer'), unit('fridge')], visit_id: 'now', ...state } as JobState } as JobView;
}

function carried(of: JobView): string[] {
  return carriedFacts(of, of.state.units).flatMap(({ data }) => (data as { unit_ids: string[] }).unit_ids);
}

describe('what comes back from the customer', () => {
  it('is nothing before anybody has left the station', () => {
    expect(carried(view({ visits: [visit('now', null)] }))).toEqual([]);
    expect(carried(view({ visits: [] }))).toEqual([]);
  });

  it('is what was driven there, also when nobody loaded it by its code', () => {
    expect(carried(view({ visits: [visit('now', 5)] }))).toEqual(['washer', 'fridge']);
  });

  it('is not what stayed at the station this time', () => {
    expect(carried(view({ visits: [visit('now', 5)], issues: [issue('not_loaded', 'washer', 4)] }))).toEqual(['fridge']);
    expect(carried(view({ visits: [visit('before', 2, 3), visit('now', 6)], issues: [issue('not_loaded', 'washer', 1)] }))).toEqual(['washer', 'fridge']);
  });

  it('is also what was damaged at the door', () => {
    expect(carried(view({ visits: [visit('now', 5)], issues: [issue('damage', 'washer', 7)] }))).toEqual(['washer', 'fridge']);
  });
});
