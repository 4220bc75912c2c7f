/** A message in its place: a state's icon, what happened, and what to do. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';

export type Tone = 'ok' | 'wait' | 'warn' | 'stop';

const TONE_ICONS: Readonly<Record<Tone, IconName>> = { ok: 'circle-check', wait: 'clock', warn: 'triangle-alert', stop: 'octagon-x' };

export function Notice({ tone, icon, title, children, alert = false, testid }: {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  /** Read out at once. */
  readonly alert?: boolean;
  readonly testid?: string;
}) {
  return (
    <div class={`notice ${tone}`} role={alert ? 'alert' : undefined} data-testid={testid}>
      <Icon name={icon ?? TONE_ICONS[tone]} />
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** A state as a chip: icon and word, never colour alone. */
export function Chip({ tone, icon, children, testid }: {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
  readonly testid?: string;
}) {
  const name = icon ?? (tone ? TONE_ICONS[tone] : undefined);
  return (
    <span class={`chip ${tone ?? ''}`} data-testid={testid}>
      {name && <Icon name={name} />}
      {children}
    </span>
  );
}
