/** What can be said of a photo at once: whether it is sharp, bright enough, and free of glare. Pure functions over grey pixels. */
import type { Grey } from './ladder';

export interface Measured {
  /**
   * Thousandths of its contrast that an edge takes from one pixel to the next, where the picture is sharpest. It tells blur apart
   * from a subject that has little to be sharp about, which is null.
   */
  readonly focus: number | null;
  /** Mean luma, 0 black to 255 white. */
  readonly brightness: number;
  /** Thousandths of the middle that are blown out. */
  readonly glare: number;
}

export type Weakness = 'blurred' | 'dark' | 'glare';

/** Longest side of the picture that is measured, in pixels: `focus` is of this size. */
export const MEASURED_SIDE = 1024;

/** Between drawn plates, doors and machines that are sharp (590 and more) and those whose blur is a Gaussian of 2 pixels and more. */
const BLURRED_BELOW = 280;
const DARK_BELOW = 42;
const GLARE_ABOVE = 60;

const TILE = 32;
/** Less contrast in a tile is noise or enamel. */
const CONTRAST_MIN = 40;
const TILES_MIN = 4;
/** Which part of the tiles may be less sharp: a plate in focus stands before a wall that is not. */
const SHARPEST_PART = 0.85;
const BLOWN_OUT = 250;
const MIDDLE = 0.6;

/** What to tell the installer at once about a photo; null when it looks usable. */
export function weaknessOf({ focus, brightness, glare }: Measured): Weakness | null {
  if (brightness < DARK_BELOW) return 'dark';
  if (glare > GLARE_ABOVE) return 'glare';
  return focus !== null && focus < BLURRED_BELOW ? 'blurred' : null;
}

export function measure(picture: Grey): Measured {
  const { levels } = picture;
  let light = 0;
  for (let at = 0; at < levels.length; at++) light += levels[at]!;
  return { focus: focusOf(picture), brightness: Math.round(light / Math.max(1, levels.length)), glare: glareOf(picture) };
}

function focusOf(picture: Grey): number | null {
  const found: number[] = [];
  for (let top = 1; top + TILE < picture.height; top += TILE) {
    for (let left = 1; left + TILE < picture.width; left += TILE) {
      const steepness = steepnessIn(picture, left, top);
      if (steepness !== null) found.push(steepness);
    }
  }
  if (found.length < TILES_MIN) return null;
  found.sort((one, other) => one - other);
  return Math.round(1000 * Math.min(1, found[Math.floor(found.length * SHARPEST_PART)] ?? 0));
}

/** The steepest step between two means of two pixels, as a part of the tile's contrast; null where there is little to see. */
function steepnessIn({ width, levels }: Grey, left: number, top: number): number | null {
  let darkest = 255;
  let brightest = 0;
  let step = 0;
  for (let y = top; y < top + TILE; y++) {
    for (let x = left; x < left + TILE; x++) {
      const at = y * width + x;
      const level = levels[at]!;
      const right = levels[at + 1]!;
      const below = levels[at + width]!;
      const beyond = levels[at + width + 1]!;
      // An edge on the tile's border has its other side among the neighbours.
      if (level < darkest) darkest = level;
      if (level > brightest) brightest = level;
      if (beyond < darkest) darkest = beyond;
      if (beyond > brightest) brightest = beyond;
      // Two by two: grain is halved, an edge is not.
      step = Math.max(step, Math.abs(right + beyond - level - below), Math.abs(below + beyond - level - right));
    }
  }
  const contrast = brightest - darkest;
  return contrast < CONTRAST_MIN ? null : step / 2 / contrast;
}

/** Of the middle only: a lamp or a window at the side hides nothing. */
function glareOf({ width, height, levels }: Grey): number {
  const [left, top] = [Math.floor((width * (1 - MIDDLE)) / 2), Math.floor((height * (1 - MIDDLE)) / 2)];
  let blown = 0;
  let count = 0;
  for (let y = top; y < height - top; y++) {
    for (let x = left; x < width - left; x++) {
      if (levels[y * width + x]! >= BLOWN_OUT) blown++;
      count++;
    }
  }
  return Math.round((1000 * blown) / Math.max(1, count));
}
