/** A reading: the number as typed, its unit, and where it lies between the limits. */
import { isDecimal, withinLimits } from '../../domain/checklist';
import type { ReadingAsked } from '../../domain/standard';
import { pick } from '../i18n/catalogue';
import { useId } from 'preact/hooks';
import { Icon } from '../parts/icon';
import { sayStep } from './words-step';

/** How far wide forms stand behind their narrow ones in Unicode. */
const WIDE = 0xfee0;

/** What a hand types as the wire writes it: a comma is a point, "07." is 7, ".5" is 0.5; a Chinese keyboard may give wide digits. */
export function normalReading(typed: string): string {
  const narrow = typed.replace(/[０-９＋－．]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - WIDE));
  const text = narrow.replace(/\s/g, '').replace(/[,，。]/, '.').replace(/^[−–]/, '-');
  const [, sign = '', whole = '', part = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  if (whole === '' && part === '') return typed.trim();
  return `${sign === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '') || '0'}${part && `.${part}`}`;
}

export function limitsText(asked: ReadingAsked): string {
  const { unit, min = null, max = null } = asked;
  if (min !== null && max !== null) return sayStep('limits_between', { min, max, unit });
  if (min !== null) return sayStep('limits_min', { min, unit });
  return max !== null ? sayStep('limits_max', { max, unit }) : '';
}

export function ReadingInput({ asked, typed, problem, onWrite }: {
  readonly asked: ReadingAsked;
  readonly typed: string;
  readonly problem: string | null;
  readonly onWrite: (typed: string) => void;
}) {
  const id = useId();
  const negative = asked.min == null || asked.min.startsWith('-');
  const value = normalReading(typed);
  return (
    <div class="stack">
      <div class="field">
        <label for={id}>{sayStep('reading_label', { unit: asked.unit })}</label>
        <div class="reading">
          {negative && (
            <button type="button" class="button" aria-label={sayStep('reading_sign')} onClick={() => onWrite(typed.startsWith('-') ? typed.slice(1) : `-${typed}`)}>
              ±
            </button>
          )}
          <input
            id={id}
            class="input figures"
            type="text"
            inputMode="decimal"
            autocomplete="off"
            maxLength={17}
            value={typed}
            aria-invalid={problem !== null}
            aria-describedby={`${id}-limits`}
            data-testid="reading"
            onInput={(event) => onWrite(event.currentTarget.value)}
          />
          <span class="reading-unit">{asked.unit}</span>
        </div>
        {problem && (
          <p class="problem" role="alert">
            <Icon name="octagon-x" /> {problem}
          </p>
        )}
      </div>
      <div id={`${id}-limits`} class="stack tight">
        <LimitLine asked={asked} value={isDecimal(value) ? value : null} />
        {asked.instrument && <p class="small quiet">{sayStep('instrument', { what: pick(asked.instrument) })}</p>}
      </div>
    </div>
  );
}

const WIDTH = 320;
const EDGE = 40;

/** The limits as a line, the reading as a point on it, and the verdict in words. */
export function LimitLine({ asked, value }: { readonly asked: ReadingAsked; readonly value: string | null }) {
  const { min = null, max = null } = asked;
  if (min === null && max === null) return null;
  const low = min === null ? null : Number(min);
  const high = max === null ? null : Number(max);
  const span = low !== null && high !== null ? high - low || Math.abs(high) || 1 : Math.max(1, Math.abs(low ?? high ?? 1));
  // With one limit the line runs on past the open end.
  const from = low ?? (high ?? 0) - span;
  const to = high ?? from + span;
  const place = (number: number): number => EDGE + ((number - from) / (to - from || 1)) * (WIDTH - 2 * EDGE);
  const at = value === null ? null : Math.min(WIDTH - 8, Math.max(8, place(Number(value))));
  const inside = value !== null && withinLimits(asked, value);
  const left = low === null ? 4 : EDGE;
  const right = high === null ? WIDTH - 4 : WIDTH - EDGE;
  return (
    <figure class="limits" data-testid="limits" data-within={value === null ? '' : String(inside)}>
      <svg viewBox={`0 0 ${WIDTH} 44`} aria-hidden="true">
        <path class="limit-rail" d={`M4 14H${WIDTH - 4}`} />
        <path class="limit-range" d={`M${left} 14H${right}`} />
        {low !== null && <path class="limit-end" d={`M${EDGE} 6V22`} />}
        {high !== null && <path class="limit-end" d={`M${WIDTH - EDGE} 6V22`} />}
        {low !== null && <text x={EDGE} y="40" text-anchor="middle">{min}</text>}
        {high !== null && <text x={WIDTH - EDGE} y="40" text-anchor="middle">{max}</text>}
        {at !== null && <circle class={inside ? 'limit-in' : 'limit-out'} cx={at} cy="14" r="8" />}
      </svg>
      <figcaption class={value === null ? 'quiet' : inside ? 'ok' : 'warn'}>
        {value !== null && <Icon name={inside ? 'circle-check' : 'triangle-alert'} />}
        {value === null ? limitsText(asked) : `${sayStep(inside ? 'within' : 'outside')} · ${limitsText(asked)}`}
      </figcaption>
    </figure>
  );
}
