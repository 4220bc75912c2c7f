/** Unit by unit: does it stay with the customer, or does it come back, and why? */
import { useState } from 'preact/hooks';
import { CREW, CUSTOMER, STATION } from '../../domain/custody';
import type { JobState, Unit } from '../../domain/job';
import type { FailureReason } from '../../domain/standard';
import type { JobView } from '../../state/jobs';
import { entry, newId, type Entry } from '../../state/record';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { categoryIcon, Icon } from '../parts/icon';
import { Chip } from '../parts/notice';
import { Sheet } from '../parts/sheet';
import { Tiles } from '../parts/tiles';
import { reasonsOf } from './failure-reasons';
import { endOfVisitBefore, visitNow } from './work';
import { sayStep } from './words-step';
import { sayEnd } from './words-end';

/** Of the units that come back: the reason, by unit. */
export type ComingBack = Record<string, string>;

const REFUSED = 'customer_refused';
/** What is told of a box that does not go into the van. */
export const LEFT_BEHIND: readonly string[] = ['not_loaded', 'damage'];

/** What is assumed until somebody says otherwise: what the customer refused comes back. */
export function assumed(state: JobState): ComingBack {
  const refused = state.signoffs.at(-1)?.outcome === 'refused';
  return refused && brings(state) ? Object.fromEntries(state.units.map(({ unit_id }) => [unit_id, REFUSED])) : {};
}

/** Whether a job brings anything: one that only installs moves nothing. */
export function brings(state: JobState): boolean {
  return state.services.includes('deliver') && state.units.length > 0;
}

export function UnitFates({ view, back, onChange }: { readonly view: JobView; readonly back: ComingBack; readonly onChange: (back: ComingBack) => void }) {
  const [opened, setOpened] = useState<Unit | null>(null);
  const reasons = reasonsOf(view);
  const choose = (unit: Unit, reason: string): void => {
    const others = Object.fromEntries(Object.entries(back).filter(([unitId]) => unitId !== unit.unit_id));
    onChange(reason === '' ? others : { ...others, [unit.unit_id]: reason });
    setOpened(null);
  };
  return (
    <section class="stack tight" data-testid="fates">
      <h2>{sayEnd('fates')}</h2>
      <ul class="card rows">
        {view.state.units.map((unit) => {
          const reason = back[unit.unit_id];
          return (
            <li key={unit.unit_id}>
              <button type="button" class="step-row" data-testid="fate" data-unit={unit.unit_id} data-back={reason ?? ''} onClick={() => setOpened(unit)}>
                <Icon name={categoryIcon(unit.category)} class="unit-icon" />
                <span class="grow">
                  <strong class="block">{unit.name}</strong>
                  {reason !== undefined && <span class="small">{titleOf(reasons, reason)}</span>}
                </span>
                {reason === undefined ? <Chip tone="ok">{sayEnd('fate_stays')}</Chip> : <Chip tone="warn">{sayEnd('fate_back')}</Chip>}
              </button>
            </li>
          );
        })}
      </ul>
      {opened && (
        <Sheet title={opened.name} testid="fate-sheet" onClose={() => setOpened(null)}>
          <Tiles
            single
            legend={sayEnd('fate_which')}
            options={[{ value: '', title: sayEnd('fate_stays_long') }, ...reasons.map((one) => ({ value: one.reason, title: sayEnd('fate_back_why', { why: pick(one.title) }) }))]}
            chosen={back[opened.unit_id] ?? ''}
            testid="fate"
            onChoose={(reason) => choose(opened, reason)}
          />
          <Button kind="link" wide onTap={() => setOpened(null)}>
            {sayStep('cancel')}
          </Button>
        </Sheet>
      )}
    </section>
  );
}

/** What to record when the visit ends: who keeps what stays, and why the rest comes back. */
export function fateFacts(view: JobView, back: ComingBack, note: string): Entry[] {
  if (!brings(view.state)) return [];
  const reasons = reasonsOf(view);
  const issues = view.state.units.flatMap(({ unit_id }) => {
    const reason = back[unit_id];
    if (reason === undefined) return [];
    const words = [titleOf(reasons, reason), note].filter(Boolean).join(' — ');
    return [entry('issue.raised', { issue_id: newId(), code: reason, unit_id, note: words })];
  });
  const carried = carriedFacts(
    view,
    view.state.units.filter(({ unit_id }) => back[unit_id] !== undefined),
  );
  // Units that were in different hands before are handed over apart, so that none seems to come from where it was not.
  const staying = view.state.units.filter(({ unit_id, holder }) => back[unit_id] === undefined && holder !== CUSTOMER);
  const holders = [...new Set(staying.map(({ holder }) => holder ?? CREW))];
  const handed = holders.map((from) => {
    const unit_ids = staying.filter(({ holder }) => (holder ?? CREW) === from).map(({ unit_id }) => unit_id);
    return entry('custody.handed_over', { unit_ids, from, to: CUSTOMER, condition: 'unknown', note: null });
  });
  return [...issues, ...carried, ...handed];
}

/** What was driven to the customer is with the crew, also when nobody loaded it by its code. What stayed at the station is not. */
export function carriedFacts(view: JobView, units: readonly Unit[]): Entry[] {
  const visit = visitNow(view.state);
  const left = visit?.departed ?? visit?.arrived;
  if (!brings(view.state) || !left) return [];
  const since = endOfVisitBefore(view.state);
  const stayed = (unitId: string): boolean => view.state.issues.some(({ code, unit_id, rev }) => LEFT_BEHIND.includes(code) && unit_id === unitId && rev > since && rev < left.rev);
  const unit_ids = units.filter(({ unit_id, holder }) => holder === null && !stayed(unit_id)).map(({ unit_id }) => unit_id);
  if (unit_ids.length === 0) return [];
  return [entry('custody.handed_over', { unit_ids, from: STATION, to: CREW, condition: 'unknown', note: null })];
}

function titleOf(reasons: readonly FailureReason[], reason: string): string {
  return pick(reasons.find((one) => one.reason === reason)?.title) || (reason === REFUSED ? sayEnd('fate_refused') : reason);
}
