import { describe, expect, it } from 'vitest';
import { MARK_LEAST, markBetween, MIDDLE, nudged, placed } from './mark';

const BOX = { left: 100, top: 50, width: 400, height: 200 };

describe('a mark', () => {
  it('is in thousandths of the photo, however large that is shown', () => {
    expect(markBetween({ x: 200, y: 100 }, { x: 300, y: 150 }, BOX)).toEqual({ x: 250, y: 250, w: 250, h: 250 });
    const half = { left: 50, top: 25, width: 200, height: 100 };
    expect(markBetween({ x: 100, y: 50 }, { x: 150, y: 75 }, half)).toEqual({ x: 250, y: 250, w: 250, h: 250 });
  });

  it('is the same from any corner', () => {
    const wanted = { x: 250, y: 250, w: 250, h: 250 };
    expect(markBetween({ x: 300, y: 150 }, { x: 200, y: 100 }, BOX)).toEqual(wanted);
    expect(markBetween({ x: 300, y: 100 }, { x: 200, y: 150 }, BOX)).toEqual(wanted);
  });

  it('stays within the photo when the drag leaves it', () => {
    expect(markBetween({ x: -500, y: -500 }, { x: 9000, y: 9000 }, BOX)).toEqual({ x: 0, y: 0, w: 1000, h: 1000 });
  });

  it('is none for a slip of the hand, and on a photo without a size', () => {
    expect(markBetween({ x: 200, y: 100 }, { x: 202, y: 150 }, BOX)).toBeNull();
    expect(markBetween({ x: 200, y: 100 }, { x: 200, y: 100 }, BOX)).toBeNull();
    expect(markBetween({ x: 0, y: 0 }, { x: 9, y: 9 }, { ...BOX, width: 0 })).toBeNull();
  });

  it('is whole numbers that the office takes', () => {
    for (let x = 0; x < 400; x += 7) {
      const mark = markBetween({ x: 100, y: 50 }, { x: 100 + x + 20.3, y: 133.7 }, BOX);
      for (const value of Object.values(mark ?? {})) expect(Number.isInteger(value) && value >= 0 && value <= 1000).toBe(true);
      expect((mark?.x ?? 0) + (mark?.w ?? 0)).toBeLessThanOrEqual(1000);
    }
  });

  it('moves and grows by keyboard without leaving the photo', () => {
    expect(nudged(MIDDLE, { x: -20 }).x).toBe(313);
    expect(nudged({ x: 0, y: 0, w: 100, h: 100 }, { x: -20, y: -20 })).toEqual({ x: 0, y: 0, w: 100, h: 100 });
    expect(nudged({ x: 900, y: 900, w: 100, h: 100 }, { w: 50 })).toEqual({ x: 850, y: 900, w: 150, h: 100 });
    expect(nudged({ x: 5, y: 5, w: 20, h: 20 }, { w: -500, h: -500 })).toEqual({ x: 5, y: 5, w: MARK_LEAST, h: MARK_LEAST });
  });

  it('is placed as parts of the whole', () => {
    expect(placed({ x: 125, y: 0, w: 500, h: 1000 })).toEqual({ left: '12.5%', top: '0%', width: '50%', height: '100%' });
  });
});
