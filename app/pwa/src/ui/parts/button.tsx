/** The one button. `primary` is the screen's next thing, `halt` stops something, `link` is the quiet way out. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Icon, type IconName } from './icon';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly kind?: 'primary' | 'plain' | 'link' | 'halt';
  readonly icon?: IconName | undefined;
  readonly wide?: boolean;
  readonly disabled?: boolean;
  readonly testid?: string | undefined;
  /** While a promise it returns is open, a second tap does nothing. */
  readonly onTap: () => unknown;
}

export function Button({ children, kind = 'plain', icon, wide = false, disabled = false, testid, onTap }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const tap = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      await onTap();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" class={`button ${kind}${wide ? ' wide' : ''}`} disabled={disabled} aria-busy={busy} data-testid={testid} onClick={() => void tap()}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

/** A button that is only a picture, with its name for those who cannot see it. */
export function RoundButton({ icon, label, pressed, testid, onTap }: {
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly testid?: string;
  readonly onTap: () => unknown;
}) {
  return (
    <button type="button" class="button round" aria-label={label} title={label} aria-pressed={pressed} data-testid={testid} onClick={() => void onTap()}>
      <Icon name={icon} />
    </button>
  );
}
