/** Day, from and to. */
import { useId } from 'preact/hooks';
import { Icon } from '../../parts/icon';
import type { TypedSlot } from './slot';
import { say } from './words';

export function SlotFields({ slot, problem, onChange }: {
  readonly slot: TypedSlot;
  readonly problem: string | null;
  readonly onChange: (slot: TypedSlot) => void;
}) {
  const id = useId();
  return (
    <fieldset class="field" aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend class="label">{say('slot')}</legend>
      <div class="slot-fields">
        <label class="field">
          <span class="small">{say('day')}</span>
          <input class="input" type="date" value={slot.day} data-testid="slot-day" onInput={(event) => onChange({ ...slot, day: event.currentTarget.value })} />
        </label>
        <label class="field">
          <span class="small">{say('from')}</span>
          <input class="input" type="time" step={900} value={slot.from} data-testid="slot-from" onInput={(event) => onChange({ ...slot, from: event.currentTarget.value })} />
        </label>
        <label class="field">
          <span class="small">{say('to')}</span>
          <input class="input" type="time" step={900} value={slot.to} data-testid="slot-to" onInput={(event) => onChange({ ...slot, to: event.currentTarget.value })} />
        </label>
      </div>
      {problem && <p class="problem" id={`${id}-problem`} role="alert"><Icon name="octagon-x" /> {problem}</p>}
    </fieldset>
  );
}
