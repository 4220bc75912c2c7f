/** Marks on a photo: a rectangle in thousandths of its width and height, so that it fits any size the photo is shown at. Pure. */
import type { Mark } from '../../../domain/kinds';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The photo's place on the screen, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Smaller drags are taken for slips of the hand. In thousandths. */
export const MARK_LEAST = 15;
const WHOLE = 1000;

/** The mark between two points of a drag, kept within the photo; null when it is too small to be meant. */
export function markBetween(from: Point, to: Point, box: Box): Mark | null {
  if (!(box.width > 0 && box.height > 0)) return null;
  const start = within(from, box);
  const end = within(to, box);
  const mark = {
    x: Math.min(start.x, end.x),
    y: Math.min(start.y, end.y),
    w: Math.abs(end.x - start.x),
    h: Math.abs(end.y - start.y),
  };
  return mark.w < MARK_LEAST || mark.h < MARK_LEAST ? null : mark;
}

/** A mark moved by a tenth at most through the keyboard, or grown; it never leaves the photo. */
export function nudged(mark: Mark, by: { readonly x?: number; readonly y?: number; readonly w?: number; readonly h?: number }): Mark {
  const w = clamp(mark.w + (by.w ?? 0), MARK_LEAST, WHOLE);
  const h = clamp(mark.h + (by.h ?? 0), MARK_LEAST, WHOLE);
  return { x: clamp(mark.x + (by.x ?? 0), 0, WHOLE - w), y: clamp(mark.y + (by.y ?? 0), 0, WHOLE - h), w, h };
}

/** A mark to begin with when there is no pointer: the middle third. */
export const MIDDLE: Mark = { x: 333, y: 333, w: 334, h: 334 };

/** As lengths for the page's style. */
export function placed(mark: Mark): { left: string; top: string; width: string; height: string } {
  const percent = (thousandths: number): string => `${thousandths / 10}%`;
  return { left: percent(mark.x), top: percent(mark.y), width: percent(mark.w), height: percent(mark.h) };
}

function within(point: Point, box: Box): Point {
  return {
    x: clamp(Math.round(((point.x - box.left) / box.width) * WHOLE), 0, WHOLE),
    y: clamp(Math.round(((point.y - box.top) / box.height) * WHOLE), 0, WHOLE),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
