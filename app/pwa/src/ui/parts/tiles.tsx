/** One or more of a few, by thumb: radio buttons and checkboxes that look like tiles. */
import { useId } from 'preact/hooks';
import { Icon, type IconName } from './icon';

export interface TileOption {
  readonly value: string;
  readonly title: string;
  readonly icon?: IconName | undefined;
}

export function Tiles({ legend, legendHidden = false, options, chosen, single = false, testid, onChoose }: {
  readonly legend: string;
  readonly legendHidden?: boolean;
  readonly options: readonly TileOption[];
  readonly chosen: string | null;
  /** One below the other: for long titles. */
  readonly single?: boolean;
  /** Each tile's own is `<testid>-<value>`. */
  readonly testid?: string;
  readonly onChoose: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class={legendHidden ? 'unseen' : ''}>{legend}</legend>
      <div class={`tiles ${single || options.some((option) => option.title.length > 34) ? 'single' : ''}`}>
        {options.map((option) => (
          <label class="tile" key={option.value} data-testid={testid && `${testid}-${option.value}`}>
            <input type="radio" name={name} value={option.value} checked={chosen === option.value} onChange={() => onChoose(option.value)} />
            {option.icon && <Icon name={option.icon} />}
            <span>{option.title}</span>
            <Icon name="check" class="tick" />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Any number of a few. */
export function Ticks({ legend, options, chosen, testid, onTick }: {
  readonly legend: string;
  readonly options: readonly TileOption[];
  readonly chosen: readonly string[];
  /** Each tile's own is `<testid>-<value>`. */
  readonly testid: string;
  readonly onTick: (value: string, on: boolean) => void;
}) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      <div class="tiles single">
        {options.map((option) => (
          <label class="tile" key={option.value} data-testid={`${testid}-${option.value}`}>
            <input type="checkbox" checked={chosen.includes(option.value)} onChange={(event) => onTick(option.value, event.currentTarget.checked)} />
            <span>{option.title}</span>
            <Icon name="check" class="tick" />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
