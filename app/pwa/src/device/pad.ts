/**
 * The drawing pad for a customer's signature. Strokes stay vectors in the pad's own coordinates, so that turning
 * the phone draws them again instead of losing them, and the exact strokes can be kept as evidence.
 */
import SignaturePad from 'signature_pad';

/** [x, y, milliseconds since the first touch], all integers. */
export type StrokePoint = readonly [number, number, number];

/** PROTOCOL G3. */
export interface Strokes {
  readonly v: 1;
  readonly w: number;
  readonly h: number;
  readonly strokes: readonly (readonly StrokePoint[])[];
}

export interface Pad {
  /** Draws kept strokes in place of what is there. */
  show(kept: Strokes): void;
  clear(): void;
  undo(): void;
  close(): void;
}

/** Less than this is a slip of the finger, not a signature. In pad widths. */
const MINIMUM_INK = 0.25;
const STROKES_LIMIT_BYTES = 262_144;

/** Puts a pad on a canvas. `onStroke` is called at the end of each stroke. */
export function openPad(canvas: HTMLCanvasElement, onStroke: (strokes: Strokes) => void): Pad {
  const pad = new SignaturePad(canvas, { minWidth: 0.8, maxWidth: 2.6, penColor: '#0b1b3d', throttle: 8 });
  let shown = { w: 1, h: 1 };
  // What was drawn, at the size it was drawn in. Every turn of the phone scales from here, so that turning there and back loses nothing.
  let drawn: Strokes = { v: 1, w: 1, h: 1, strokes: [] };
  const draw = (): void => pad.fromData(groupsOf(pad, drawn, shown.w, shown.h));
  const ended = (): void => {
    drawn = strokesOf(pad.toData(), shown.w, shown.h);
    onStroke(drawn);
  };
  const fit = (): void => {
    const ratio = Math.max(1, window.devicePixelRatio);
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === 0) return;
    shown = { w: clientWidth, h: clientHeight };
    canvas.width = clientWidth * ratio;
    canvas.height = clientHeight * ratio;
    canvas.getContext('2d')?.scale(ratio, ratio);
    draw();
  };
  const resized = new ResizeObserver(fit);
  fit();
  resized.observe(canvas);
  pad.addEventListener('endStroke', ended);
  return {
    show: (kept) => {
      drawn = kept;
      draw();
    },
    clear: () => {
      pad.clear();
      ended();
    },
    undo: () => {
      pad.fromData(pad.toData().slice(0, -1));
      ended();
    },
    close: () => {
      resized.disconnect();
      pad.removeEventListener('endStroke', ended);
      pad.off();
    },
  };
}

/** Whether there is enough drawn to be a signature: the way of the pen, in widths of the pad. */
export function hasEnoughInk(drawn: Strokes): boolean {
  let way = 0;
  for (const stroke of drawn.strokes) {
    for (let at = 1; at < stroke.length; at++) {
      const [from, to] = [stroke[at - 1], stroke[at]];
      if (from && to) way += Math.hypot(to[0] - from[0], to[1] - from[1]);
    }
  }
  return way >= MINIMUM_INK * drawn.w;
}

/** The strokes as the bytes that are kept. Points are thinned, evenly, when someone draws for minutes. */
export function strokesBytes(drawn: Strokes): ArrayBuffer {
  let strokes = drawn.strokes;
  for (;;) {
    const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, w: drawn.w, h: drawn.h, strokes }));
    if (bytes.byteLength <= STROKES_LIMIT_BYTES) return bytes.buffer;
    const thinner = strokes.map((stroke) => stroke.filter((_, at) => at % 2 === 0 || at === stroke.length - 1));
    const thinned = thinner.some((stroke, at) => stroke.length < (strokes[at]?.length ?? 0));
    // Thousands of taps have no points to leave out; then every other tap goes.
    strokes = thinned ? thinner : strokes.filter((_, at) => at % 2 === 0);
  }
}

type Groups = ReturnType<SignaturePad['toData']>;

function strokesOf(groups: Groups, w: number, h: number): Strokes {
  const start_ms = groups[0]?.points[0]?.time ?? 0;
  const strokes = groups.map((group) =>
    group.points.map((point): StrokePoint => [Math.round(point.x), Math.round(point.y), Math.max(0, Math.round(point.time - start_ms))]),
  );
  return { v: 1, w: Math.round(w), h: Math.round(h), strokes };
}

/** Scaled by one factor for both sides, so that a turned phone does not stretch the name. */
function groupsOf(pad: SignaturePad, kept: Strokes, w: number, h: number): Groups {
  const scale = Math.min(w / kept.w, h / kept.h);
  const { minWidth, maxWidth, dotSize, penColor, velocityFilterWeight, compositeOperation } = pad;
  return kept.strokes.map((stroke) => ({
    minWidth,
    maxWidth,
    dotSize,
    penColor,
    velocityFilterWeight,
    compositeOperation,
    points: stroke.map(([x, y, time]) => ({ x: x * scale, y: y * scale, time, pressure: 0.5 })),
  }));
}
