import { describe, expect, it } from 'vitest';
import { isDecimal } from '../../domain/checklist';
import { normalReading } from './reading';

describe('a reading as a hand types it', () => {
  it.each([
    ['229', '229'],
    ['07.50', '7.50'],
    ['0,5', '0.5'],
    ['.5', '0.5'],
    ['12.', '12'],
    [' 1 200 ', '1200'],
    ['−3', '-3'],
    ['+4', '4'],
    ['3。5', '3.5'],
    ['９０．５', '90.5'],
    ['－０，１', '-0.1'],
    ['000', '0'],
  ])('%s becomes %s, as the protocol writes it (K3)', (typed, wire) => {
    expect(normalReading(typed)).toBe(wire);
    expect(isDecimal(wire)).toBe(true);
  });

  it.each(['', '-', '.', 'abc', '1.2.3', '1e5', '12 V', '--1', '3²', '1234567890', '0.1234567'])('%s is no reading', (typed) => {
    expect(isDecimal(normalReading(typed))).toBe(false);
  });
});
