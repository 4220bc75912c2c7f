/**
 * Other looks at a picture in which nothing was read: each undoes one kind of harm (light, noise, focus, size, angle). Pure functions
 * over grey pixels, the cheapest and most often helpful first.
 */

/** Rows of grey levels, 0 black to 255 white, from the upper left. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly levels: Uint8ClampedArray;
}

export interface Rung {
  readonly name: string;
  /** Bar codes stand in rows; dots do not care for angles. */
  readonly looks_for: 'all' | 'bars';
  readonly look: (picture: Grey) => Grey;
}

/** Of the shorter side: what counts as one neighbourhood of light. */
const NEIGHBOURHOOD = 1 / 14;
const DOUBLED_SIDE_MAX = 2600;
/** Four times the mean distance from the mean below which a neighbourhood is bare metal, not print. */
const SPREAD_MIN = 8;

export const RUNGS: readonly Rung[] = [
  { name: 'even_light', looks_for: 'all', look: (picture) => evenLight(smooth(picture, 1)) },
  { name: 'sharp', looks_for: 'all', look: (picture) => sharpen(doubled(picture), 3, 2.5) },
  { name: 'clear', looks_for: 'all', look: (picture) => sharpen(doubled(evenLight(smooth(picture, 1))), 5, 3) },
  ...[22.5, 45, 67.5].map((degrees): Rung => ({ name: `turned ${degrees}`, looks_for: 'bars', look: (picture) => turned(evenLight(picture), degrees) })),
];

/** From the RGBA bytes of a canvas (BT.601). */
export function greyOf({ width, height, data }: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }): Grey {
  const levels = new Uint8ClampedArray(width * height);
  for (let at = 0, from = 0; at < levels.length; at++, from += 4) {
    levels[at] = (77 * data[from]! + 150 * data[from + 1]! + 29 * data[from + 2]!) >> 8;
  }
  return { width, height, levels };
}

/** As RGBA bytes. */
export function pixelsOf({ width, height, levels }: Grey): { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> } {
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < levels.length; at++) pixels[at] = 0xff000000 | (levels[at]! * 0x010101);
  return { width, height, data: new Uint8ClampedArray(pixels.buffer) };
}

/** The mean of each pixel's square of 2 × radius + 1, twice: near enough to a Gaussian. */
function smooth(picture: Grey, radius: number): Grey {
  return averaged(averaged(picture, radius, radius), radius, radius);
}

function averaged({ width, height, levels }: Grey, across: number, down: number): Grey {
  const rows = across === 0 ? levels : boxed(levels, { lines: height, line_step: width, length: width, step: 1 }, across);
  return { width, height, levels: down === 0 ? rows : boxed(rows, { lines: width, line_step: 1, length: height, step: width }, down) };
}

interface Way {
  readonly lines: number;
  readonly line_step: number;
  readonly length: number;
  readonly step: number;
}

/** A running mean along each line; at the ends, of what is there. */
function boxed(levels: Uint8ClampedArray, { lines, line_step, length, step }: Way, radius: number): Uint8ClampedArray {
  const mean = new Uint8ClampedArray(levels.length);
  const reach = Math.min(radius, length - 1);
  for (let line = 0; line < lines; line++) {
    const begin = line * line_step;
    let sum = 0;
    let count = 0;
    for (let at = 0; at < reach; at++, count++) sum += levels[begin + at * step]!;
    for (let at = 0; at < length; at++) {
      if (at + reach < length) {
        sum += levels[begin + (at + reach) * step]!;
        count++;
      }
      if (at > reach) {
        sum -= levels[begin + (at - reach - 1) * step]!;
        count--;
      }
      mean[begin + at * step] = sum / count;
    }
  }
  return mean;
}

/** Each neighbourhood brought to the same mean and the same contrast: shade, glare and pale print lose their meaning. */
function evenLight(picture: Grey): Grey {
  const { width, height, levels } = picture;
  const radius = Math.max(4, Math.round(Math.min(width, height) * NEIGHBOURHOOD));
  const mean = averaged(picture, radius, radius).levels;
  const apart = levels.map((level, at) => Math.min(255, 4 * Math.abs(level - mean[at]!)));
  const spread = averaged({ width, height, levels: apart }, radius, radius).levels;
  return { width, height, levels: levels.map((level, at) => 128 + ((level - mean[at]!) * 240) / Math.max(SPREAD_MIN, spread[at]!)) };
}

function sharpen(picture: Grey, radius: number, amount: number): Grey {
  const soft = smooth(picture, radius).levels;
  return { ...picture, levels: picture.levels.map((level, at) => level + amount * (level - soft[at]!)) };
}

/** Twice as large, if that is not too much for a phone. */
function doubled(picture: Grey): Grey {
  const { width, height, levels } = picture;
  if (2 * Math.max(width, height) > DOUBLED_SIDE_MAX) return picture;
  const large = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const below = y + 1 < height ? row + width : row;
    for (let x = 0; x < width; x++) {
      const right = x + 1 < width ? x + 1 : x;
      const [one, two, three, four] = [levels[row + x]!, levels[row + right]!, levels[below + x]!, levels[below + right]!];
      const to = 4 * row + 2 * x;
      large[to] = one;
      large[to + 1] = (one + two) / 2;
      large[to + 2 * width] = (one + three) / 2;
      large[to + 2 * width + 1] = (one + two + three + four) / 4;
    }
  }
  return { width: 2 * width, height: 2 * height, levels: large };
}

/** Turned about its middle; what comes from outside is grey. */
function turned({ width, height, levels }: Grey, degrees: number): Grey {
  const out = new Uint8ClampedArray(width * height).fill(128);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const [middle_x, middle_y] = [width / 2, height / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from_x = middle_x + (x - middle_x) * cos - (y - middle_y) * sin;
      const from_y = middle_y + (x - middle_x) * sin + (y - middle_y) * cos;
      const [left, top] = [Math.floor(from_x), Math.floor(from_y)];
      if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) continue;
      const [part_x, part_y, at] = [from_x - left, from_y - top, top * width + left];
      const above = levels[at]! * (1 - part_x) + levels[at + 1]! * part_x;
      const under = levels[at + width]! * (1 - part_x) + levels[at + width + 1]! * part_x;
      out[y * width + x] = above * (1 - part_y) + under * part_y;
    }
  }
  return { width, height, levels: out };
}
