/** Every screen's frame: where I am, the truth about saving, the work, and the one next thing within the thumb's arc. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { RoundButton } from '../parts/button';
import { back } from './route';
import { SyncBar } from './sync-bar';
import { say } from './words';

export function Frame({ title, under, aside, actions, home = false, testid, children }: {
  readonly title: string;
  /** A quieter line below the title. */
  readonly under?: ComponentChildren;
  /** What stands at the right of the title. */
  readonly aside?: ComponentChildren;
  /** The bottom row: the primary action last. */
  readonly actions?: ComponentChildren;
  /** The first screen has no way back. */
  readonly home?: boolean;
  readonly testid: string;
  readonly children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  // A screen reader starts at the new screen's name, not where the last tap was.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title]);
  return (
    <div class="frame" data-testid={testid}>
      <header class="bar">
        {!home && <RoundButton icon="chevron-left" label={say('back')} testid="back" onTap={back} />}
        <div class="bar-title">
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {under && <p class="small quiet">{under}</p>}
        </div>
        {aside}
      </header>
      <SyncBar />
      <main class="stack">{children}</main>
      {actions && <footer class="actions">{actions}</footer>}
    </div>
  );
}
