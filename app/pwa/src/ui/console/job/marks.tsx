/** The layer over a photo that shows marks and takes a new one, by pointer or by keyboard. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Mark } from '../../../domain/kinds';
import { markBetween, MIDDLE, nudged, placed, type Point } from './mark';
import { say } from './words';

const STEP = 20;

const MOVES: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** A mark that was made before: it is only shown. */
export function OldMark({ mark }: { readonly mark: Mark }) {
  return <span class="mark old" style={placed(mark)} title={say('mark_then')} role="img" aria-label={say('mark_then')} />;
}

export function MarkLayer({ mark, marking, onMark, onDone }: {
  readonly mark: Mark | null;
  readonly marking: boolean;
  readonly onMark: (mark: Mark | null) => void;
  readonly onDone: () => void;
}) {
  const layer = useRef<HTMLDivElement>(null);
  const start = useRef<Point | null>(null);
  const [drawn, setDrawn] = useState<Mark | null>(null);
  useEffect(() => {
    if (marking) layer.current?.focus({ preventScroll: true });
  }, [marking]);

  const between = (event: PointerEvent): Mark | null => {
    const box = layer.current?.getBoundingClientRect();
    return start.current === null || box === undefined ? null : markBetween(start.current, { x: event.clientX, y: event.clientY }, box);
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    start.current = { x: event.clientX, y: event.clientY };
    layer.current?.setPointerCapture(event.pointerId);
  };
  const up = (event: PointerEvent): void => {
    const made = between(event);
    start.current = null;
    setDrawn(null);
    if (made === null) return;
    onMark(made);
    onDone();
  };
  const press = (event: KeyboardEvent): void => {
    const move = Object.hasOwn(MOVES, event.key) ? MOVES[event.key] : undefined;
    if (move === undefined && event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (move === undefined) {
      if (event.key === 'Enter' && mark === null) onMark(MIDDLE);
      onDone();
      return;
    }
    const present = mark ?? MIDDLE;
    onMark(nudged(present, event.shiftKey ? { w: move.x, h: move.y } : move));
  };

  const shown = drawn ?? mark;
  return (
    <>
      {shown && <span class="mark" style={placed(shown)} role="img" aria-label={say('mark_here')} data-testid="mark" />}
      {marking && (
        <div
          ref={layer}
          class="mark-layer"
          tabIndex={0}
          role="application"
          aria-label={say('mark_how')}
          data-testid="mark-layer"
          onPointerDown={down}
          onPointerMove={(event) => start.current && setDrawn(between(event))}
          onPointerUp={up}
          onPointerCancel={() => {
            start.current = null;
            setDrawn(null);
          }}
          onKeyDown={press}
        />
      )}
    </>
  );
}
