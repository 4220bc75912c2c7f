import { describe, expect, it } from 'vitest';
import { ageOf } from './age';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');

describe('age', () => {
  it.each([
    ['2026-11-22T11:59:01.000Z', { measure: 'now', n: 0 }],
    ['2026-11-22T11:59:00.000Z', { measure: 'min', n: 1 }],
    ['2026-11-22T11:00:01.000Z', { measure: 'min', n: 59 }],
    ['2026-11-22T11:00:00.000Z', { measure: 'h', n: 1 }],
    ['2026-11-20T12:00:01.000Z', { measure: 'h', n: 47 }],
    ['2026-11-20T12:00:00.000Z', { measure: 'd', n: 2 }],
    ['2026-11-22T12:05:00.000Z', { measure: 'now', n: 0 }],
    ['nonsense', { measure: 'now', n: 0 }],
  ])('of %s', (time, age) => {
    expect(ageOf(time, NOW)).toEqual(age);
  });
});
