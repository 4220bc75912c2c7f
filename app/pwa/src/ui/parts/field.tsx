/** A text or a day that a person writes, with its name above and its problem below. */
import { useId } from 'preact/hooks';
import { catalogue, language, type Language } from '../i18n/catalogue';
import { Icon } from './icon';

export const sayField = catalogue({
  en: { too_long: '{n} {n|character|characters} too many. Shorten it; all of it is still here.' },
  'zh-Hans': { too_long: '超出 {n} 个字。请缩短，内容都还在。' },
});

/** How many characters a text is over a limit; 0 when it is not. */
export function overBy(value: string, most: number): number {
  return value.length <= most ? 0 : Math.max(0, [...value].length - most);
}

export function Field({ label, value, lines = 1, most, mode = 'text', hint, problem, autocomplete = 'off', tongue = language.value, testid, onWrite }: {
  readonly label: string;
  readonly value: string;
  readonly lines?: number;
  /** In characters. */
  readonly most?: number;
  readonly mode?: 'text' | 'decimal' | 'numeric';
  readonly hint?: string | undefined;
  readonly problem?: string | null | undefined;
  readonly autocomplete?: AutoFill;
  /** The language of who writes, when that is not the app's. */
  readonly tongue?: Language;
  readonly testid?: string;
  readonly onWrite: (value: string) => void;
}) {
  const id = useId();
  // A paste is never cut: what is too much is said, and stays.
  const over = most === undefined ? 0 : overBy(value, most);
  const wrong = over > 0 ? sayField.in(tongue, 'too_long', { n: over }) : problem;
  const below = wrong || hint ? `${id}-below` : undefined;
  const shared = {
    id,
    class: 'input',
    value,
    autocomplete,
    'aria-describedby': below,
    'aria-invalid': Boolean(wrong),
    'data-testid': testid,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines > 1 ? (
        <textarea {...shared} rows={lines} onInput={(event) => onWrite(event.currentTarget.value)} />
      ) : (
        <input {...shared} type="text" inputMode={mode} spellcheck={false} onInput={(event) => onWrite(event.currentTarget.value)} />
      )}
      {wrong ? (
        <p class="problem" id={below} role="alert">
          <Icon name="octagon-x" /> {wrong}
        </p>
      ) : (
        hint && <p class="small quiet" id={below}>{hint}</p>
      )}
    </div>
  );
}

/** A day of the calendar, by the phone's own picker; YYYY-MM-DD, or empty. */
export function Day({ label, value, past, problem, onWrite }: {
  readonly label: string;
  readonly value: string;
  /** None that is yet to come. */
  readonly past: boolean;
  readonly problem: string | null;
  readonly onWrite: (value: string) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} class="input figures" type="date" min="1980-01-01" max={past ? today() : '2099-12-31'} value={value} aria-invalid={problem !== null} data-testid="day" onInput={(event) => onWrite(event.currentTarget.value)} />
      {problem && (
        <p class="problem" role="alert">
          <Icon name="octagon-x" /> {problem}
        </p>
      )}
    </div>
  );
}

/** Today where this device is, YYYY-MM-DD. */
export function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
