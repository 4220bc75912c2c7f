/** How long to wait after a failure. Full jitter, so that phones that lost the same server do not come back at once. */
const FIRST_MS = 2_000;
const MOST_MS = 300_000;
/** A server may ask for more patience than we would have, within reason. */
const RETRY_AFTER_MOST_MS = 3_600_000;

/** @param failures in a row, from 1. @param random in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 20));
  return Math.round(FIRST_MS + random * (ceiling - FIRST_MS));
}

export function retryAfterMs(retry_after_s: number | null): number {
  return Math.min(RETRY_AFTER_MOST_MS, Math.max(0, (retry_after_s ?? 0) * 1000));
}
