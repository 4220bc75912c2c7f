import { describe, expect, it } from 'vitest';
import type { Grey } from './ladder';
import { measure, weaknessOf, type Weakness } from './photo-measure';

const [width, height] = [1024, 768];

/** A small generator, so that every run sees the same grain. */
function draws(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function drawn(levelAt: (x: number, y: number) => number): Grey {
  const levels = new Uint8ClampedArray(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) levels[y * width + x] = levelAt(x, y);
  return { width, height, levels };
}

/** A Gaussian blur, exactly. */
function blurred({ levels }: Grey, deviation: number): Grey {
  const reach = Math.ceil(3 * deviation);
  const bell = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * deviation ** 2)));
  const sum = bell.reduce((all, one) => all + one);
  const along = (from: ArrayLike<number>, step: number, length: number): Float32Array =>
    Float32Array.from(from, (_level, at) => {
      const place = Math.floor(at / step) % length;
      return bell.reduce((all, share, off) => all + (share / sum) * (from[at + (Math.min(length - 1, Math.max(0, place + off - reach)) - place) * step] ?? 0), 0);
    });
  return { width, height, levels: Uint8ClampedArray.from(along(along(levels, 1, width), width, height)) };
}

function grained(picture: Grey, reach: number): Grey {
  const draw = draws(7);
  return { ...picture, levels: picture.levels.map((level) => level + (draw() + draw() - 1) * reach) };
}

function lit(picture: Grey, share: number): Grey {
  return { ...picture, levels: picture.levels.map((level) => level * share) };
}

/** A lamp in the middle, or a window at the side. */
function blownOut(picture: Grey, inside: (x: number, y: number) => boolean): Grey {
  return { ...picture, levels: picture.levels.map((level, at) => (inside(at % width, Math.floor(at / width)) ? 255 : level)) };
}

const SCENES: Readonly<Record<string, Grey>> = {
  plate: blurred(drawn((x, y) => (Math.abs(x - 500) < 260 && Math.abs(y - 380) < 150 ? ((x * 7 + ((y / 40) | 0) * 13) % 23 < 9 && y % 40 < 26 ? 40 : 225) : 176)), 0.5),
  machine: blurred(drawn((x, y) => (Math.hypot(x - 512, y - 420) < 150 ? 70 : Math.abs(x - 512) < 260 ? 236 : 215)), 0.5),
};

it('counts no step as more than the contrast around it: an edge may lie on the border of what is measured at a time', () => {
  for (const border of [33, 65, 96, 97, 513]) {
    const { focus } = measure(drawn((x, y) => (x < border ? 60 : 60 + 0.35 * (x % 97)) + (y % 61 === 0 ? 50 : 0) + (x >= border ? 140 : 0)));
    expect(focus).toBeGreaterThan(0);
    expect(focus).toBeLessThanOrEqual(1000);
  }
});

describe.each(Object.entries(SCENES))('a photo of a %s', (_name, sharp) => {
  const says = (picture: Grey): Weakness | null => weaknessOf(measure(picture));

  it('is good when it is sharp, also with grain', () => {
    expect(says(sharp)).toBe(null);
    expect(says(grained(sharp, 12))).toBe(null);
    expect(measure(sharp).focus).toBeGreaterThan(500);
  });

  it('is blurred from a blur of three pixels on, whatever its contrast', () => {
    const blur = blurred(sharp, 3);
    expect(says(blur)).toBe('blurred');
    expect(says(grained(blur, 4))).toBe('blurred');
    expect(says({ ...blur, levels: blur.levels.map((level) => 90 + level / 2) })).toBe('blurred');
    expect(says(blurred(sharp, 0.8))).toBe(null);
  });

  it('is dark before it is anything else', () => {
    expect(says(lit(sharp, 0.12))).toBe('dark');
    expect(says(lit(blurred(sharp, 3), 0.12))).toBe('dark');
  });

  it('has glare when a lamp stands on what is photographed, not when a window is at its side', () => {
    expect(says(blownOut(sharp, (x, y) => Math.hypot(x - 500, y - 380) < 120))).toBe('glare');
    expect(says(blownOut(sharp, (x) => x < 190))).toBe(null);
  });
});

it('a bare wall is neither sharp nor blurred', () => {
  const wall = grained(drawn((x) => 180 + x / 80), 8);
  expect(measure(wall).focus).toBe(null);
  expect(weaknessOf(measure(wall))).toBe(null);
});
