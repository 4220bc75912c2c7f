/** What the van carries: what has to go in for the day, what is in it, what has to come back. Pure functions over the phone's jobs. */
import { CREW, CUSTOMER } from '../../domain/custody';
import { find, type Unit } from '../../domain/job';
import { match, parse, type MatchReason, type Parsed } from '../../domain/scan';
import type { JobView } from '../../state/jobs';
import { ownerOf } from './scan-result';
import { isDone } from './work';

/** A job of the day with the units that are brought to it. */
export interface Stop {
  readonly view: JobView;
  readonly units: readonly Unit[];
}

const BEFORE_THE_VISIT = ['planned', 'dispatched', 'on_the_way'];

/** What the day's visits that did not begin are brought: the last stop first, for what comes off last goes in first. */
export function toLoad(today: readonly JobView[]): Stop[] {
  return today
    .filter(({ state }) => BEFORE_THE_VISIT.includes(state.stage) && state.services.includes('deliver'))
    .map((view) => ({ view, units: view.state.units.filter(({ holder }) => holder !== CUSTOMER) }))
    .filter(({ units }) => units.length > 0)
    .reverse();
}

/** What is still in the van though its visit is over. */
export function toBringBack(views: readonly JobView[]): Stop[] {
  return views
    .filter(({ state }) => isDone(state))
    .map((view) => ({ view, units: view.state.units.filter(({ holder }) => holder === CREW) }))
    .filter(({ units }) => units.length > 0);
}

export function isLoaded(unit: Unit): boolean {
  return unit.holder === CREW;
}

export function countOf(stops: readonly Stop[]): { readonly loaded: number; readonly all: number } {
  const units = stops.flatMap((stop) => stop.units);
  return { loaded: units.filter(isLoaded).length, all: units.length };
}

export type Found =
  | { readonly as: 'unit'; readonly view: JobView; readonly unit: Unit; readonly component: string | null }
  /** Of another job on this phone, or of nobody's. */
  | { readonly as: 'other'; readonly parsed: Parsed; readonly owner: JobView | null }
  | { readonly as: 'unknown'; readonly parsed: Parsed; readonly why: MatchReason };

/** Whose unit a code is, among those of some stops. */
export function findUnit(raw: string, symbology: string, stops: readonly Stop[], views: readonly JobView[]): Found {
  const parsed = parse(raw, symbology);
  let why: MatchReason = 'other_text';
  for (const { view, units } of stops) {
    const said = match(parsed, { ...view.state, units: [...units] });
    // An order without serials leaves it to the installer's eyes.
    if (why !== 'nothing_to_compare') why = said.why;
    const unit = said.verdict === 'match' && said.unit_id !== null ? find([...units], 'unit_id', said.unit_id) : null;
    if (unit) return { as: 'unit', view, unit, component: said.component };
  }
  const owner = ownerOf(parsed, views, '')?.view ?? null;
  const says_nothing = owner === null && why === 'nothing_to_compare';
  if (says_nothing || (parsed.serial === null && parsed.kind !== 'label')) return { as: 'unknown', parsed, why };
  return { as: 'other', parsed, owner };
}

/** Whether a unit is whole once these of its parts were seen: a split air conditioner comes in two boxes. */
export function isWhole(unit: Unit, seen: readonly string[]): boolean {
  const numbered = unit.components.filter(({ serial }) => serial !== null);
  return numbered.every(({ component_id }) => seen.includes(component_id));
}
