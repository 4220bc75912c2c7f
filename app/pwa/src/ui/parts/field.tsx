/** A text that a person writes, with its name above and its problem below. */
import { useId } from 'preact/hooks';
import { Icon } from './icon';

export function Field({ label, value, lines = 1, most, mode = 'text', hint, problem, autocomplete = 'off', testid, onWrite }: {
  readonly label: string;
  readonly value: string;
  readonly lines?: number;
  /** In characters. */
  readonly most?: number;
  readonly mode?: 'text' | 'decimal' | 'numeric';
  readonly hint?: string | undefined;
  readonly problem?: string | null | undefined;
  readonly autocomplete?: AutoFill;
  readonly testid?: string;
  readonly onWrite: (value: string) => void;
}) {
  const id = useId();
  const below = problem || hint ? `${id}-below` : undefined;
  const shared = {
    id,
    class: 'input',
    value,
    maxLength: most,
    autocomplete,
    'aria-describedby': below,
    'aria-invalid': Boolean(problem),
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
      {problem ? (
        <p class="problem" id={below} role="alert">
          <Icon name="octagon-x" /> {problem}
        </p>
      ) : (
        hint && <p class="small quiet" id={below}>{hint}</p>
      )}
    </div>
  );
}
