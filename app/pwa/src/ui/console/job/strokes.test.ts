import { describe, expect, it } from 'vitest';
import type { Strokes } from '../../../state/console/shapes';
import { frameOf, pathsOf } from './strokes';

const DRAWING: Strokes = { w: 100, h: 50, strokes: [[[10, 10, 0], [20, 30, 5]], [[5, 5, 9]]] };

describe('a drawn signature', () => {
  it('becomes one path a stroke, a dot included', () => {
    expect(pathsOf(DRAWING)).toEqual(['M10 10L20 30', 'M5 5h0.01']);
  });

  it('is framed by its own ink', () => {
    const [left = 0, top = 0, width = 0, height = 0] = frameOf(DRAWING).split(' ').map(Number);
    expect(left).toBeLessThanOrEqual(5);
    expect(top).toBeLessThanOrEqual(5);
    expect(left + width).toBeGreaterThanOrEqual(20);
    expect(top + height).toBeGreaterThanOrEqual(30);
  });

  it('survives an empty one, and whatever is no number', () => {
    expect(frameOf({ w: 1, h: 1, strokes: [] })).toBe('0 0 1 1');
    const odd = { w: 1, h: 1, strokes: [[], [['M0 0<script>', 1, 2]], [[1, 2, 3]]] } as unknown as Strokes;
    expect(pathsOf(odd)).toEqual(['M1 2h0.01']);
    expect(frameOf(odd)).not.toContain('NaN');
  });
});
