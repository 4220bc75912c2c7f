import { describe, expect, it } from 'vitest';
import { asQuery, markedAfter, neighbour, type Wanted } from './queue';
import { query } from './api';

const WANTED: Wanted = { tab: 'review', q: '', station_id: null };

describe('the list that is asked for', () => {
  it('is a queue for each tab, and a stage for what was sent back', () => {
    expect(asQuery(WANTED, null)).toMatchObject({ queue: 'review', limit: 50 });
    expect(asQuery({ ...WANTED, tab: 'waiting' }, null)).toMatchObject({ queue: 'waiting' });
    expect(asQuery({ ...WANTED, tab: 'returned' }, null)).toMatchObject({ queue: 'all', stage: 'returned' });
    expect(asQuery({ ...WANTED, tab: 'all' }, 'c1')).toMatchObject({ queue: 'all', cursor: 'c1' });
  });

  it('says only what it has to say, safely written', () => {
    expect(query(asQuery({ ...WANTED, q: ' 王&李 ' }, null))).toBe('?queue=review&q=%E7%8E%8B%26%E6%9D%8E&limit=50');
    expect(query({ a: null, b: '', c: undefined })).toBe('');
  });
});

describe('the marked row after a refresh', () => {
  it('stays with its job, wherever that has moved', () => {
    expect(markedAfter(['a', 'b'], ['x', 'a', 'b'], 'b')).toBe('b');
  });

  it('goes to the job that followed when its own is gone', () => {
    expect(markedAfter(['a', 'b', 'c', 'd'], ['a', 'd'], 'b')).toBe('d');
  });

  it('goes to the last one when nothing followed, and to nothing in an empty list', () => {
    expect(markedAfter(['a', 'b'], ['a'], 'b')).toBe('a');
    expect(markedAfter(['a'], [], 'a')).toBeNull();
    expect(markedAfter(['a'], ['b'], null)).toBeNull();
  });
});

describe('the neighbour of a row', () => {
  it('is the first when none is marked, and stops at both ends', () => {
    expect(neighbour(['a', 'b'], null, 1)).toBe('a');
    expect(neighbour(['a', 'b'], 'a', 1)).toBe('b');
    expect(neighbour(['a', 'b'], 'b', 1)).toBe('b');
    expect(neighbour(['a', 'b'], 'a', -1)).toBe('a');
    expect(neighbour([], null, 1)).toBeNull();
  });
});
