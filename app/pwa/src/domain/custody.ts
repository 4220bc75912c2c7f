/** Who held a unit, and in whose hands it was damaged. */
import type { Handover, Issue, JobState } from './jobState';

/** Who holds a unit, as Doorstep's own screens write it (PROTOCOL F11). Any other text names somebody else. */
export const STATION = 'station';
export const CREW = 'crew';
export const CUSTOMER = 'customer';

/** What a person calls damage when no hand-over says it. */
const DAMAGE_CODES: readonly string[] = ['damage', 'damaged_in_transit'];

/**
 * Where a unit was when it was damaged, as far as the records tell. before_loading: it came into the van so. in_the_van: it was intact
 * when it came in. at_the_customer: it was intact when it was handed over. unseen: nobody said how it looked when it was taken over.
 */
export type Leg = 'before_loading' | 'in_the_van' | 'at_the_customer' | 'unseen';

export interface Damage {
  readonly leg: Leg;
  /** The first record that says so. */
  readonly told: Handover | Issue;
  /** The hand-over before it, at which somebody took the unit over. */
  readonly taken_over: Handover | null;
}

/** The first damage that was told of a unit, or null. */
export function damageOf({ handovers, issues, units }: Pick<JobState, 'handovers' | 'issues' | 'units'>, unitId: string): Damage | null {
  const moves = handovers.filter(({ unit_ids }) => unit_ids.includes(unitId));
  const isMeant = (issue: Issue): boolean => issue.unit_id === unitId || (issue.unit_id === null && units.length === 1);
  const told = [...moves.filter(({ condition }) => isDamaged(condition)), ...issues.filter((issue) => DAMAGE_CODES.includes(issue.code) && isMeant(issue))];
  const first = told.sort((one, other) => one.rev - other.rev)[0];
  if (first === undefined) return null;
  const before = moves.filter(({ rev }) => rev < first.rev);
  const last = before.at(-1) ?? null;
  return { leg: legOf(first, last), told: first, taken_over: last };
}

function legOf(told: Handover | Issue, last: Handover | null): Leg {
  const loaded = 'condition' in told && told.to === CREW && last === null;
  if (loaded || last?.to === STATION) return 'before_loading';
  if (last === null || last.condition === 'unknown') return 'unseen';
  return last.to === CUSTOMER ? 'at_the_customer' : 'in_the_van';
}

function isDamaged(condition: Handover['condition']): boolean {
  return condition === 'packaging_damaged' || condition === 'unit_damaged';
}
