import { describe, expect, it } from 'vitest';
import { distanceM } from './place';

const point = (lat: number, lon: number) => ({ lat_e6: lat * 1e6, lon_e6: lon * 1e6 });

describe('distanceM', () => {
  it('is a sixtieth of a degree to the nautical mile along a meridian', () => {
    expect(distanceM(point(30, 114), point(30 + 1 / 60, 114))).toBeCloseTo(1853, -1);
  });

  it('shrinks with the latitude along a parallel, and goes the short way over the date line', () => {
    expect(distanceM(point(60, 10), point(60, 11))).toBeCloseTo(55_597, -2);
    expect(distanceM(point(0, 179.5), point(0, -179.5))).toBeCloseTo(111_195, -2);
  });

  it('is nothing for the same place, and half the earth for the other side', () => {
    expect(distanceM(point(30.6, 114.3), point(30.6, 114.3))).toBe(0);
    expect(distanceM(point(0, 0), point(0, 180))).toBeCloseTo(Math.PI * 6_371_000, -3);
  });
});
