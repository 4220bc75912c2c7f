/** Giving a job to a crew: who, from which station, when. */
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem } from '../../../state/console/api';
import { dispatch, stations } from '../../../state/console/orders';
import { installers } from '../../../state/console/people';
import { session } from '../../../state/console/session';
import type { JobRow, Named, Person } from '../../../state/console/shapes';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { Sheet } from '../../parts/sheet';
import { toast } from '../../parts/toast';
import { troubleOf, TroubleNotice } from '../trouble';
import { words } from '../words';
import { SlotFields } from './slot-fields';
import { slotOf, typedOf } from './slot';
import { say } from './words';

const CREW_MOST = 2;

export function mayDispatch(): boolean {
  return ['dispatcher', 'supervisor', 'admin'].includes(session.value?.user.role ?? '');
}

/** What has to be known of a job to give it to somebody. */
export type ToDispatch = Pick<JobRow, 'job_id' | 'customer_name' | 'crew' | 'station' | 'slot'>;

export function DispatchSheet({ row, onClose }: { readonly row: ToDispatch; readonly onClose: (done: boolean) => void }) {
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const [places, setPlaces] = useState<readonly Named[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [crew, setCrew] = useState<readonly string[]>(row.crew.map((person) => person.id));
  const [station, setStation] = useState(row.station?.id ?? '');
  const [slot, setSlot] = useState(typedOf(row.slot));
  const [wrong, setWrong] = useState<{ crew?: string; slot?: string; other?: string }>({});
  const [busy, setBusy] = useState(false);

  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      const [found, known] = await Promise.all([installers(), stations()]);
      setPeople(found.filter((person) => !person.disabled));
      setPlaces(known);
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => void load(), []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const chosen = slotOf(slot);
    const problems = {
      ...(crew.length === 0 || crew.length > CREW_MOST ? { crew: say('crew_needed') } : {}),
      ...(typeof chosen === 'string' ? { slot: say(chosen) } : {}),
    };
    setWrong(problems);
    if (Object.keys(problems).length > 0 || typeof chosen === 'string' || busy) return;
    setBusy(true);
    try {
      await dispatch(row.job_id, { crew, ...(station === '' ? {} : { station_id: station }), ...(chosen === null ? {} : { slot: chosen }) });
      toast(say('dispatched_done'));
      onClose(true);
    } catch (error) {
      setWrong(refusal(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Sheet title={say('dispatch_title', { customer: row.customer_name })} testid="dispatch-sheet" onClose={() => onClose(false)}>
      {failure !== null && <TroubleNotice error={failure} onRetry={load} />}
      {people === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {people !== null && (
        <form class="stack" onSubmit={(event) => void submit(event)} noValidate>
          <fieldset class="field">
            <legend class="label">{say('crew')}</legend>
            <p class="small quiet">{say('crew_hint')}</p>
            <div class="people-choice">
              {people.map((person) => (
                <label class="check" key={person.id}>
                  <input
                    type="checkbox"
                    checked={crew.includes(person.id)}
                    disabled={!crew.includes(person.id) && crew.length >= CREW_MOST}
                    data-testid={`crew-${person.login}`}
                    onChange={(event) => setCrew(event.currentTarget.checked ? [...crew, person.id] : crew.filter((id) => id !== person.id))}
                  />
                  <span>
                    {person.name} <span class="small quiet">{person.station?.name}{!person.devices.some((phone) => !phone.revoked) && ` · ${say('no_phone')}`}</span>
                  </span>
                </label>
              ))}
            </div>
            {wrong.crew && <p class="problem" role="alert"><Icon name="octagon-x" /> {wrong.crew}</p>}
          </fieldset>
          <div class="field">
            <label for="dispatch-station">{say('station')}</label>
            <select id="dispatch-station" class="input" value={station} data-testid="dispatch-station" onChange={(event) => setStation(event.currentTarget.value)}>
              <option value="">{say('station_of_crew')}</option>
              {places.map((place) => <option key={place.id} value={place.id}>{place.name}</option>)}
            </select>
          </div>
          <SlotFields slot={slot} problem={wrong.slot ?? null} onChange={setSlot} />
          {wrong.other && <Notice tone="stop" title={wrong.other} alert />}
          <p class="small quiet">{say('freeze')}</p>
          <div class="row">
            <button type="submit" class="button primary narrow" aria-busy={busy} data-testid="dispatch-go"><Icon name="truck" /> {say('dispatch')}</button>
            <button type="button" class="button" onClick={() => onClose(false)}>{words('cancel')}</button>
          </div>
        </form>
      )}
    </Sheet>
  );
}

function refusal(error: unknown): { crew?: string; slot?: string; other?: string } {
  if (!(error instanceof ApiProblem)) return { other: troubleOf(error).title };
  const why = error.members['why'];
  if (Array.isArray(why) && why.includes('no_standard')) return { other: say('no_standard') };
  const pointers = pointersOf(error);
  if (pointers.some((pointer) => pointer.startsWith('#/crew'))) return { crew: say('wrong_crew') };
  if (pointers.some((pointer) => pointer.startsWith('#/slot'))) return { slot: say('slot_wrong') };
  const { title, help } = troubleOf(error);
  return { other: `${title}. ${help}` };
}

/** The places in the body that the office found fault with. */
export function pointersOf(error: ApiProblem): string[] {
  const errors = error.members['errors'];
  const single = error.members['pointer'];
  const listed = Array.isArray(errors) ? errors.map((one: unknown) => (typeof one === 'object' && one !== null && 'pointer' in one ? one.pointer : null)) : [];
  return [...listed, single].filter((pointer): pointer is string => typeof pointer === 'string');
}
