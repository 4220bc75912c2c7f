import { describe, expect, it } from 'vitest';
import { hasEnoughInk, strokesBytes, type StrokePoint, type Strokes } from './pad';

const LIMIT_BYTES = 262_144;
const drawn = (strokes: StrokePoint[][]): Strokes => ({ v: 1, w: 300, h: 150, strokes });

describe('ink', () => {
  it('a dot is no signature, a line across a third of the pad is', () => {
    expect(hasEnoughInk(drawn([]))).toBe(false);
    expect(hasEnoughInk(drawn([[[10, 10, 0]]]))).toBe(false);
    expect(hasEnoughInk(drawn([[[10, 10, 0], [20, 12, 5]]]))).toBe(false);
    expect(hasEnoughInk(drawn([[[10, 10, 0], [110, 10, 80]]]))).toBe(true);
  });

  it('several short strokes count together', () => {
    const tick = (x: number): StrokePoint[] => [[x, 10, 0], [x + 20, 10, 10]];
    expect(hasEnoughInk(drawn([tick(0), tick(40), tick(80), tick(120)]))).toBe(true);
  });
});

describe('the bytes that are kept (G3)', () => {
  it('are the strokes as they were drawn', () => {
    const strokes = drawn([[[1, 2, 0], [3, 4, 16]]]);
    expect(JSON.parse(new TextDecoder().decode(strokesBytes(strokes)))).toEqual(strokes);
  });

  it('stay within the limit for someone who draws for minutes, from first point to last', () => {
    const long = Array.from({ length: 60_000 }, (_, at): StrokePoint => [at % 300, at % 150, at * 8]);
    const bytes = strokesBytes(drawn([long]));
    expect(bytes.byteLength).toBeLessThanOrEqual(LIMIT_BYTES);
    const kept = JSON.parse(new TextDecoder().decode(bytes)) as Strokes;
    expect(kept.strokes[0]?.[0]).toEqual(long[0]);
    expect(kept.strokes[0]?.at(-1)).toEqual(long.at(-1));
  });

  it('stay within the limit for thousands of taps', () => {
    const taps = Array.from({ length: 30_000 }, (_, at): StrokePoint[] => [[at % 300, 5, at]]);
    expect(strokesBytes(drawn(taps)).byteLength).toBeLessThanOrEqual(LIMIT_BYTES);
  });
});
