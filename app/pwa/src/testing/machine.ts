/** What tests of the machine are written with: events, blobs, answers, and a run of inputs at one moment. */
import { step } from '../sync/machine';
import { START, type Effect, type Input, type ProblemSeen, type SyncState, type WaitingBlob } from '../sync/syncState';
import type { SyncReply } from '../sync/wire';

export const NOW = 1_000_000;
export const AT = '2026-11-22T09:30:00.000Z';
export const PHOTO = 'a'.repeat(64);
export const STATEMENT = 'b'.repeat(64);

export const events = (from: number, to: number, size = 600) => Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at, size, at: AT }));

export function blob(sha256: string, seq: number, more: Partial<WaitingBlob> = {}): WaitingBlob {
  return { sha256, size: 400_000, rank: 1, epoch: 1, seq, at: AT, offset: 0, failures: 0, retry_at_ms: 0, trouble: null, ...more };
}

export function reply(acked_seq: number, more: Partial<SyncReply> = {}): SyncReply {
  return {
    server_epoch: 's1',
    server_time: AT,
    challenge: 'c2',
    access_token: 't',
    acked_seq,
    results: [],
    blobs_wanted: [],
    manifest: null,
    jobs: [],
    more: false,
    directives: [],
    receipt: null,
    ...more,
  };
}

export function problem(status: number, slug: string | null, more: Partial<ProblemSeen> = {}): ProblemSeen {
  return { status, slug, retry_after_s: null, challenge: null, seq: null, offset: null, acked_seq: null, server_epoch: null, ...more };
}

export type Told = Input extends infer I ? (I extends Input ? Omit<I, 'now_ms' | 'random'> : never) : never;

/** Feeds inputs one by one; returns the last state and the effects of the last input. */
export function run(state: SyncState, told: readonly Told[], now_ms = NOW): [SyncState, readonly Effect[]] {
  let effects: readonly Effect[] = [];
  let current = state;
  for (const input of told) [current, effects] = step(current, { ...input, now_ms, random: 0.5 } as Input);
  return [current, effects];
}

export function booted(waiting = events(1, 3), blobs: WaitingBlob[] = [], acked_seq = 0): Told[] {
  return [
    { type: 'boot', server_epoch: 's1', standards: [], epoch: 1, acked_seq, head_seq: waiting.at(-1)?.seq ?? acked_seq, waiting, blobs },
    { type: 'lock', held: true },
  ];
}

/** A state whose push is done and whose token is good. */
export function pushed(blobs: WaitingBlob[]): SyncState {
  const [state] = run(START, [...booted(events(1, 3), blobs), { type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
  return state;
}

export const kinds = (effects: readonly Effect[]): string[] => effects.map(({ type }) => type);
