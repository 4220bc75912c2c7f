/** The only reader of the phone's clock and of its chance. */
import { toB64, type Bytes } from '../domain/log';

export function nowMs(): number {
  return Date.now();
}

const TIMER_MAX_MS = 2 ** 31 - 1;

/** Calls back once, so much later; gives what calls it off. */
export function after(ms: number, ring: () => void): () => void {
  const timer = setTimeout(ring, Math.min(ms, TIMER_MAX_MS));
  return () => clearTimeout(timer);
}

/** RFC 3339 in UTC with exactly three decimals, as the wire wants it. */
export function stamp(now_ms: number = Date.now()): string {
  return new Date(now_ms).toISOString();
}

/** Milliseconds since the app's start: unlike the clock, nobody can set it. */
export function monoMs(): number {
  return Math.floor(performance.now());
}

/** Names this start of the app. */
export const boot: string = toB64(randomBytes(9));

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** In [0, 1). */
export function chance(): number {
  return Math.random();
}

/** A UUID of version 7: the time in front, so that ids sort by when they were made. */
export function uuid7(now_ms: number = Date.now(), random: Bytes = randomBytes(10)): string {
  const time = Math.floor(now_ms).toString(16).padStart(12, '0');
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const variant = ((random[2] ?? 0) & 0x3f) | 0x80;
  const tail = hex.slice(6, 20).padEnd(14, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant.toString(16)}${tail.slice(0, 2)}-${tail.slice(2)}`;
}
