import { beforeEach, describe, expect, it } from 'vitest';
import { NO_SYNC } from '../db/meta';
import { START } from '../sync/syncState';
import { syncMark, syncState } from './held';
import { clockOff, officeNow } from './office-clock';

const HOUR_MS = 3_600_000;

function answered(server_time: string, last_ok_at: string): void {
  syncMark.value = { ...syncMark.value, server_time, last_ok_at };
}

describe('the office\u2019s clock', () => {
  beforeEach(() => {
    syncMark.value = NO_SYNC;
    syncState.value = START;
  });

  it('is this phone\u2019s until the office has answered this time', () => {
    answered('2026-11-28T08:00:00.000Z', '2026-11-30T08:00:00.000Z');
    expect(clockOff.value).toBe(0);
  });

  it('is ahead or behind by what the last answer said, from an hour on', () => {
    syncState.value = { ...START, last_ok_ms: 1 };
    answered('2026-11-30T08:00:00.000Z', '2026-11-28T08:00:00.000Z');
    expect(clockOff.value).toBe(48 * HOUR_MS);
    expect(Math.abs(officeNow().getTime() - Date.now() - 48 * HOUR_MS)).toBeLessThan(HOUR_MS);
    answered('2026-11-30T08:00:00.000Z', '2026-11-30T08:59:00.000Z');
    expect(clockOff.value).toBe(0);
  });

  it('is not mistaken while an answer has come and is not written yet', () => {
    answered('2026-11-29T18:00:00.000Z', '2026-11-29T18:00:01.000Z');
    syncState.value = { ...START, last_ok_ms: Date.parse('2026-11-30T08:00:00.000Z') };
    expect(clockOff.value).toBe(0);
  });
});
