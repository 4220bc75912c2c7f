import { describe, expect, it } from 'vitest';
import { CREW, CUSTOMER, damageOf, STATION } from './custody';
import type { Handover, Issue, JobState } from './jobState';

type Story = Pick<JobState, 'handovers' | 'issues' | 'units'>;

const units = [{ unit_id: 'fridge' }, { unit_id: 'washer' }] as JobState['units'];

function moved(rev: number, from: string, to: string, condition: Handover['condition']): Handover {
  return { rev, from, to, condition, unit_ids: ['fridge'], note: null } as Handover;
}

function raised(rev: number, code: string, unitId: string | null = 'fridge'): Issue {
  return { rev, code, unit_id: unitId, note: null } as Issue;
}

function legOf(handovers: Handover[], issues: Issue[] = [], of: Story['units'] = units): string | null {
  return damageOf({ handovers, issues, units: of }, 'fridge')?.leg ?? null;
}

describe('in whose hands a unit was damaged', () => {
  it('is nobody’s question while nobody speaks of damage', () => {
    expect(legOf([moved(1, STATION, CREW, 'intact'), moved(2, CREW, CUSTOMER, 'unknown')], [raised(3, 'missing_part')])).toBe(null);
  });

  it('was so before it came into the van', () => {
    expect(legOf([moved(1, STATION, CREW, 'packaging_damaged')], [raised(2, 'damaged_in_transit')])).toBe('before_loading');
  });

  it('happened in the van, when it came into it intact', () => {
    expect(legOf([moved(1, STATION, CREW, 'intact')], [raised(2, 'damaged_in_transit')])).toBe('in_the_van');
    expect(legOf([moved(1, STATION, CREW, 'intact'), moved(2, CREW, STATION, 'unit_damaged')])).toBe('in_the_van');
  });

  it('happened at the customer’s, when it was intact at the hand-over', () => {
    expect(legOf([moved(1, STATION, CREW, 'intact'), moved(2, CREW, CUSTOMER, 'intact')], [raised(3, 'damage')])).toBe('at_the_customer');
  });

  it('is not known when nobody looked', () => {
    expect(legOf([], [raised(1, 'damage')])).toBe('unseen');
    expect(legOf([moved(1, STATION, CREW, 'unknown')], [raised(2, 'damage')])).toBe('unseen');
  });

  it('is this unit’s, or the only one’s', () => {
    expect(legOf([], [raised(1, 'damage', 'washer')])).toBe(null);
    expect(legOf([], [raised(1, 'damage', null)])).toBe(null);
    expect(legOf([], [raised(1, 'damage', null)], units.slice(0, 1))).toBe('unseen');
  });

  it('was told first by what was recorded first', () => {
    const story = { handovers: [moved(1, STATION, CREW, 'intact'), moved(9, CREW, STATION, 'unit_damaged')], issues: [raised(5, 'damage')], units };
    expect(damageOf(story, 'fridge')).toEqual({ leg: 'in_the_van', told: story.issues[0], taken_over: story.handovers[0] });
  });
});
