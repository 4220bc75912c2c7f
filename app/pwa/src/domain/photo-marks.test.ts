import { describe, expect, it } from 'vitest';
import { lineWidth, markOf, pathOf, type Spot } from './photo-marks';

const size = { w: 1600, h: 1200 };

describe('a mark on a photo', () => {
  it('is a ring around where it was tapped, or as wide as it was drawn', () => {
    expect(markOf('ring', [[400, 300]], size)).toEqual({ tool: 'ring', spots: [[400, 300], [568, 300]] });
    expect(markOf('ring', [[400, 300], [400, 420.4]], size)).toEqual({ tool: 'ring', spots: [[400, 300], [400, 420]] });
    expect(pathOf({ tool: 'ring', spots: [[400, 300], [400, 420]] }, size)).toBe('M280 300A120 120 0 1 0 520 300A120 120 0 1 0 280 300');
  });

  it('is an arrow that points at where it was tapped, from the side with more room', () => {
    expect(markOf('arrow', [[100, 100]], size)?.spots).toEqual([[400, 400], [100, 100]]);
    expect(markOf('arrow', [[1500, 1100]], size)?.spots).toEqual([[1200, 800], [1500, 1100]]);
    const drawn = markOf('arrow', [[100, 600], [500, 600]], size);
    expect(drawn?.spots).toEqual([[100, 600], [500, 600]]);
    // Both sides of the head lie behind its point, above and below the shaft.
    const [, shaft = '', head = ''] = drawn ? pathOf(drawn, size).split('M') : [];
    const [above = [], point = [], below = []] = head.split('L').map((spot) => spot.split(' ').map(Number));
    expect(shaft).toBe('100 600L500 600');
    expect(point).toEqual([500, 600]);
    expect([above[0], below[0]].every((x) => (x ?? 0) < 500)).toBe(true);
    expect(Math.sign((above[1] ?? 0) - 600)).toBe(-Math.sign((below[1] ?? 0) - 600));
  });

  it('is a line along its way, with no more points than a phone can redraw', () => {
    const way = Array.from({ length: 3_000 }, (_, at): Spot => [at / 3, 600]);
    const drawn = markOf('line', way, size);
    expect(drawn?.spots.length).toBeLessThanOrEqual(402);
    expect(drawn?.spots.at(-1)).toEqual([1000, 600]);
    expect(markOf('line', [[1, 1]], size)).toBe(null);
    expect(markOf('ring', [], size)).toBe(null);
  });

  it('is seen on small pictures too', () => {
    expect(lineWidth({ w: 64, h: 48 })).toBe(2);
    expect(lineWidth(size)).toBeCloseTo(14.4);
  });
});
