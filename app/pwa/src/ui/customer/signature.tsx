/** The pad on the screen; strokes are kept as a draft at each stroke's end, so that nothing is signed twice for nothing. */
import { useEffect, useRef } from 'preact/hooks';
import { openPad, type Pad, type Strokes } from '../../device/pad';
import type { Language } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { sayCustomer } from './words';

export function Signature({ strokes, tongue, onStroke }: { readonly strokes: Strokes | null; readonly tongue: Language; readonly onStroke: (strokes: Strokes) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<Pad | null>(null);
  const told = useRef(onStroke);
  told.current = onStroke;
  const drawn = useRef(false);
  useEffect(() => {
    if (!canvas.current) return;
    pad.current = openPad(canvas.current, (now) => {
      drawn.current = true;
      told.current(now);
    });
    return () => pad.current?.close();
  }, []);
  // A kept draft comes a moment after the pad; it must not overwrite what a quick hand has begun.
  useEffect(() => {
    if (strokes && !drawn.current) pad.current?.show(strokes);
  }, [strokes]);
  return (
    <div class="stack tight">
      <canvas ref={canvas} class="pad" role="img" aria-label={sayCustomer.in(tongue, 'pad')} data-testid="pad" />
      <div class="row">
        <Button kind="link" icon="undo-2" testid="pad-undo" onTap={() => pad.current?.undo()}>
          {sayCustomer.in(tongue, 'pad_undo')}
        </Button>
        <Button kind="link" icon="trash-2" testid="pad-clear" onTap={() => pad.current?.clear()}>
          {sayCustomer.in(tongue, 'pad_clear')}
        </Button>
      </div>
    </div>
  );
}
