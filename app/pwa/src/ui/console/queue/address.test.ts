import { describe, expect, it } from 'vitest';
import { queueAddress } from './address';

describe('the address of a list', () => {
  it('leaves out what is usual and keeps the rest, safely written', () => {
    expect(queueAddress({ tab: 'review', q: '', station_id: null })).toBe('/console/');
    expect(queueAddress({ tab: 'all', q: '王&李', station_id: 's1' })).toBe('/console/?tab=all&q=%E7%8E%8B%26%E6%9D%8E&station=s1');
  });
});
