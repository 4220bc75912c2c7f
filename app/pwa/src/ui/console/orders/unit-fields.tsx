/** One unit of a new order: which model, and the serial if the order names one. */
import { useId } from 'preact/hooks';
import type { Model } from '../../../state/console/shapes';
import { RoundButton } from '../../parts/button';
import { Field } from '../../parts/field';
import { Icon } from '../../parts/icon';
import type { Faults, TypedUnit } from './order-form';
import { say } from './words';

export function UnitFields({ at, unit, models, faults, onChange, onRemove }: {
  readonly at: number;
  readonly unit: TypedUnit;
  readonly models: readonly Model[];
  readonly faults: Faults;
  readonly onChange: (unit: TypedUnit) => void;
  readonly onRemove?: () => void;
}) {
  const id = useId();
  const [gtin, serial] = [faults[`units/${at}/gtin`], faults[`units/${at}/serial`]];
  return (
    <div class="unit-fields" role="group" aria-label={say('unit', { n: at + 1 })}>
      <div class="field">
        <label for={id}>{say('model')}</label>
        <select
          id={id}
          class="input"
          value={unit.gtin}
          aria-invalid={gtin !== undefined}
          aria-describedby={gtin ? `${id}-problem` : undefined}
          data-testid={`unit-${at}-model`}
          onChange={(event) => onChange({ ...unit, gtin: event.currentTarget.value })}
        >
          <option value="">{say('model_choose')}</option>
          {models.map((model) => <option key={model.gtin} value={model.gtin}>{model.name}</option>)}
        </select>
        {gtin && <p class="problem" id={`${id}-problem`} role="alert"><Icon name="octagon-x" /> {say(gtin)}</p>}
      </div>
      <Field label={say('serial')} value={unit.serial} most={64} hint={say('serial_hint')} problem={serial ? say(serial) : null} testid={`unit-${at}-serial`} onWrite={(value) => onChange({ ...unit, serial: value })} />
      {onRemove && <RoundButton icon="x" label={say('remove_unit', { n: at + 1 })} onTap={onRemove} />}
    </div>
  );
}
