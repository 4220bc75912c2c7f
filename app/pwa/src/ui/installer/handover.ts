/** Moving a unit from one hand to the next: the fact, from whoever held it. */
import { CREW, STATION } from '../../domain/custody';
import type { Unit } from '../../domain/job';
import type { Kinds } from '../../domain/kinds';
import type { JobView } from '../../state/jobs';
import { save } from './saving';

export type Condition = Kinds['custody.handed_over']['condition'];

/** Into the van, from wherever it was. */
export function load(view: JobView, unit: Unit, condition: Condition = 'intact', note: string | null = null): Promise<boolean> {
  return hand(view, unit, unit.holder ?? STATION, CREW, condition, note);
}

/** Out of the van, at the station. */
export function bringBack(view: JobView, unit: Unit, condition: Condition = 'intact', note: string | null = null): Promise<boolean> {
  return hand(view, unit, unit.holder ?? CREW, STATION, condition, note);
}

async function hand(view: JobView, unit: Unit, from: string, to: string, condition: Condition, note: string | null): Promise<boolean> {
  return (await save(view.job_id, 'custody.handed_over', { unit_ids: [unit.unit_id], from, to, condition, note })) !== null;
}
