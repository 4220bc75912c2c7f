/**
 * What is true about a job, computed from its events (PROTOCOL F).
 *
 * `fold` is the only way to learn a job's state. It is pure: the same events in the same order give the same state here and
 * in `app/domain/job.py`, and `tests/vectors/fold` holds both to it. State is plain JSON.
 */
import { DECISIONS } from './decisions';
import { isFact, knows, upcast, type Event, type JsonObject } from './events';
import { FACTS } from './facts';
import type { DecisionKind, FactKind } from './kinds';
import { addAnomaly, addFlag, copied, find, isLate, planned, type JobState } from './jobState';

export * from './jobState';

export const FOLD_V = 3;

type Apply = (state: JobState, event: Event, data: JsonObject) => void;

/**
 * Apply `events` in order of `rev` and return the resulting state; `state` itself is left as it was.
 *
 * A fact is never refused here. One that cannot count as hoped leaves an anomaly for the supervisor (F1).
 */
export function fold(events: Iterable<Event>, state: JobState | null = null): JobState {
  return advance(state === null ? planned() : copied(state), events);
}

/** `fold` for a caller that owns `state` and no longer needs it as it was: it is changed and returned. */
export function advance(state: JobState, events: Iterable<Event>): JobState {
  for (const event of events) apply(state, event);
  return state;
}

function apply(state: JobState, event: Event): void {
  for (const flag of event.flags) {
    if (flag !== 'unknown_kind') addFlag(state, event, flag);
  }
  if (event.redacted) addAnomaly(state, event, 'redacted');
  else if (!knows(event.kind, event.kv)) addAnomaly(state, event, 'unknown_kind', event.kind);
  else if (isFact(event.kind)) applyFact(state, event);
  else (DECISIONS[event.kind as DecisionKind] as Apply)(state, event, upcast(event.kind, event.kv, event.data));
}

function applyFact(state: JobState, event: Event): void {
  if (!state.crew_ever.includes(event.actor)) {
    addAnomaly(state, event, 'outsider', event.actor);
    return;
  }
  if (!state.crew.includes(event.actor)) addAnomaly(state, event, 'not_assigned', event.actor);
  if (isLate(state)) addAnomaly(state, event, state.stage === 'cancelled' ? 'cancelled' : 'late');
  const data = upcast(event.kind, event.kv, event.data);
  const unitId = data['unit_id'] ?? null;
  if (typeof unitId === 'string' && find(state.units, 'unit_id', unitId) === null) {
    addAnomaly(state, event, 'unknown_unit', unitId);
  }
  (FACTS[event.kind as FactKind] as Apply)(state, event, data);
}
