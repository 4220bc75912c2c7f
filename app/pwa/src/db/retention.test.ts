import { describe, expect, it } from 'vitest';
import { STAGES } from '../domain/job';
import { mayDelete, RETENTION_MS, type Lifetime } from './retention';

const NOW = Date.UTC(2026, 10, 22);
const OLD: Lifetime = {
  receipted: true,
  covered: true,
  blobs_receipted: [true, true],
  receipted_at_ms: NOW - RETENTION_MS,
  now_ms: NOW,
  job: 'sealed',
};

describe('the deletion predicate (DESIGN 4.8)', () => {
  it('lets go of what is receipted, covered, old and closed', () => {
    expect(mayDelete(OLD)).toBe(true);
    expect(mayDelete({ ...OLD, job: 'gone', blobs_receipted: [] })).toBe(true);
  });

  const one: [string, Partial<Lifetime>][] = [
    ['the event has no receipt', { receipted: false }],
    ['no snapshot covers it', { covered: false }],
    ['one blob has no receipt', { blobs_receipted: [true, false] }],
    ['the window is not over', { receipted_at_ms: NOW - RETENTION_MS + 1 }],
    ['nobody knows when it was receipted', { receipted_at_ms: null }],
    ['nobody knows the time', { now_ms: null }],
    ['the server clock went back', { now_ms: NOW - RETENTION_MS }],
  ];
  it.each(one)('keeps it when %s', (_why, change) => {
    expect(mayDelete({ ...OLD, ...change })).toBe(false);
  });

  it('keeps it while the job is anything but closed', () => {
    const closed = STAGES.filter((job) => mayDelete({ ...OLD, job }));
    expect(closed).toEqual(['approved', 'sealed', 'cancelled']);
  });

  it('needs every condition: over all combinations it deletes only in the one that has them all', () => {
    const flags = [true, false];
    let deleted = 0;
    let tried = 0;
    for (const receipted of flags)
      for (const covered of flags)
        for (const blobs_receipted of [[], [true], [false], [true, true], [true, false], [false, true]])
          for (const age_ms of [-1, 0, RETENTION_MS - 1, RETENTION_MS, 400 * 24 * 3_600_000])
            for (const job of ['gone', ...STAGES] as const) {
              tried += 1;
              const life = { receipted, covered, blobs_receipted, receipted_at_ms: NOW - age_ms, now_ms: NOW, job };
              if (!mayDelete(life)) continue;
              deleted += 1;
              expect(receipted && covered && !blobs_receipted.includes(false) && age_ms >= RETENTION_MS).toBe(true);
            }
    expect(tried).toBe(2 * 2 * 6 * 5 * 11);
    // receipted, covered, 3 of 6 blob lists, 2 of 5 ages, 4 of 11 jobs
    expect(deleted).toBe(3 * 2 * 4);
  });
});
