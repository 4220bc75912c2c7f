/** A button that must be held: what a customer should not do by accident. A keyboard holds it with Enter or Space. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

const HOLD_MS = 1200;

export function HoldButton({ children, testid, onHeld }: {
  readonly children: ComponentChildren;
  readonly testid?: string;
  readonly onHeld: () => void;
}) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [held, setHeld] = useState(false);
  const stop = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(false);
  };
  const start = (): void => {
    if (timer.current !== undefined) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      stop();
      onHeld();
    }, HOLD_MS);
  };
  useEffect(() => stop, []);
  return (
    <button
      type="button"
      class={`button link hold ${held ? 'held' : ''}`}
      data-testid={testid}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') start();
      }}
      onKeyUp={stop}
      onBlur={stop}
    >
      {children}
    </button>
  );
}
