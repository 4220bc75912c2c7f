import { describe, expect, it } from 'vitest';
import { at, inserted, moved, placeOf, pointerOf, put, renamed, type Json } from './places';

describe('a document', () => {
  const document: Json = { a: [{ b: 1 }, { b: 2 }], c: { 'x/y~': 3 } };

  it('is changed in one place only', () => {
    const changed = put(document, ['a', 1, 'b'], 5) as { a: Json[]; c: Json };
    expect(at(changed, ['a', 1, 'b'])).toBe(5);
    expect(changed.a[0]).toBe((document['a'] as Json[])[0]);
    expect(changed.c).toBe(document['c']);
    expect(put(document, ['a', 0], undefined)).toEqual({ a: [{ b: 2 }], c: { 'x/y~': 3 } });
    expect(put(document, ['c'], undefined)).toEqual({ a: [{ b: 1 }, { b: 2 }] });
    expect(put({}, ['when', 'all', 0], { service: 'install' })).toEqual({ when: { all: [] } });
  });

  it('is found by pointers, both ways', () => {
    expect(at(document, placeOf('/c/x~1y~0'))).toBe(3);
    for (const pointer of ['', '/a/1/b', '/c/x~1y~0']) expect(pointerOf(placeOf(pointer))).toBe(pointer);
  });

  it('keeps the order of what is moved, put in or renamed', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(inserted(['a'], 1, 'b')).toEqual(['a', 'b']);
    expect(Object.keys(renamed({ a: 1, b: 2, c: 3 }, 'b', 'd'))).toEqual(['a', 'd', 'c']);
  });
});
