import { describe, expect, it } from 'vitest';
import { step } from './machine';
import {
  CHUNK_BYTES_MAX,
  CHUNK_BYTES_MIN,
  CHUNK_BYTES_START,
  POLL_MS,
  START,
  type Effect,
  type Input,
  type ProblemSeen,
  type SyncState,
  type WaitingBlob,
} from './syncState';
import type { SyncReply } from './wire';

const NOW = 1_000_000;
const AT = '2026-11-22T09:30:00.000Z';
const PHOTO = 'a'.repeat(64);
const STATEMENT = 'b'.repeat(64);

const events = (from: number, to: number, size = 600) => Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at, size, at: AT }));

function blob(sha256: string, seq: number, more: Partial<WaitingBlob> = {}): WaitingBlob {
  return { sha256, size: 400_000, rank: 1, epoch: 1, seq, at: AT, offset: 0, failures: 0, retry_at_ms: 0, trouble: null, ...more };
}

function reply(acked_seq: number, more: Partial<SyncReply> = {}): SyncReply {
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

function problem(status: number, slug: string | null, more: Partial<ProblemSeen> = {}): ProblemSeen {
  return { status, slug, retry_after_s: null, challenge: null, seq: null, offset: null, ...more };
}

type Told = Input extends infer I ? (I extends Input ? Omit<I, 'now_ms' | 'random'> : never) : never;

/** Feeds inputs one by one; returns the last state and the effects of the last input. */
function run(state: SyncState, told: readonly Told[], now_ms = NOW): [SyncState, readonly Effect[]] {
  let effects: readonly Effect[] = [];
  let current = state;
  for (const input of told) [current, effects] = step(current, { ...input, now_ms, random: 0.5 } as Input);
  return [current, effects];
}

function booted(waiting = events(1, 3), blobs: WaitingBlob[] = [], acked_seq = 0): Told[] {
  return [
    { type: 'boot', server_epoch: 's1', standards: [], epoch: 1, acked_seq, waiting, blobs },
    { type: 'lock', held: true },
  ];
}

/** A state whose push is done and whose token is good. */
function pushed(blobs: WaitingBlob[]): SyncState {
  const [state] = run(START, [...booted(events(1, 3), blobs), { type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
  return state;
}

const kinds = (effects: readonly Effect[]): string[] => effects.map(({ type }) => type);

describe('who may send', () => {
  it('sends nothing before boot, and nothing without the lock', () => {
    expect(run(START, [{ type: 'lock', held: true }, { type: 'manual' }])[1]).toEqual([]);
    expect(run(START, [...booted().slice(0, 1), { type: 'manual' }])[1]).toEqual([]);
  });

  it('sends the moment it has both', () => {
    const [, effects] = run(START, booted());
    expect(effects).toMatchObject([{ type: 'send_sync', epoch: 1, from: 1, to: 3, pending: { events: 3, blobs: 0, bytes: 0, oldest_at: AT } }]);
  });

  it('has one request at a time, whatever happens meanwhile', () => {
    const [state] = run(START, booted());
    const more: Told[] = [{ type: 'saved', epoch: 1, events: events(4, 5), blobs: [] }, { type: 'online' }, { type: 'timer' }, { type: 'manual' }];
    for (const told of more) expect(run(state, [told])[1]).toEqual([]);
  });

  it('lets another tab take over: without the lock the answer still counts and nothing follows', () => {
    const [state, effects] = run(START, [...booted(), { type: 'lock', held: false }, { type: 'sync_reply', reply: reply(2), receipt_fits: true }]);
    expect(state.waiting.map(({ seq }) => seq)).toEqual([3]);
    expect(kinds(effects)).toEqual(['keep_reply']);
  });
});

describe('push', () => {
  it('S1: at most 50 events in a batch', () => {
    const [, effects] = run(START, booted(events(1, 120)));
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 50 }]);
  });

  it('S1: at most 256 KiB in a batch, with room for the rest of the request', () => {
    const [, effects] = run(START, booted(events(1, 40, 20_000)));
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 11 }]);
  });

  it('S1: one event larger than that goes alone', () => {
    const [, effects] = run(START, booted(events(1, 2, 300_000)));
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 1 }]);
  });

  it('S1: 413 halves at once, down to one, and grows again', () => {
    let [state, effects] = run(START, booted(events(1, 50)));
    for (const to of [25, 12, 6, 3, 1]) {
      [state, effects] = run(state, [{ type: 'sync_problem', problem: problem(413, 'batch-too-large') }]);
      expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to }]);
    }
    [state, effects] = run(state, [{ type: 'sync_problem', problem: problem(413, null) }]);
    expect(kinds(effects)).toEqual(['wait']);
    expect(state).toMatchObject({ last_error: 'http-413' });
    [state, effects] = run(state, [{ type: 'manual' }, { type: 'sync_reply', reply: reply(1), receipt_fits: true }]);
    expect(effects[1]).toMatchObject({ type: 'send_sync', from: 2, to: 3 });
  });

  it('S3: a stale challenge is signed anew once, then it waits', () => {
    const stale = { type: 'sync_problem', problem: problem(401, 'challenge-stale', { challenge: 'c9' }) } as const;
    const [state, effects] = run(START, [...booted(), stale]);
    expect(effects).toMatchObject([{ type: 'keep_challenge', challenge: 'c9' }, { type: 'send_sync', from: 1, to: 3 }]);
    expect(kinds(run(state, [stale])[1])).toEqual(['keep_challenge', 'wait']);
  });

  it('S3: a seal that does not verify is made anew once; an unknown device waits', () => {
    const seal = { type: 'sync_problem', problem: problem(401, 'seal-invalid', { challenge: 'c9' }) } as const;
    expect(kinds(run(START, [...booted(), seal])[1])).toEqual(['keep_challenge', 'send_sync']);
    const unknown = { type: 'sync_problem', problem: problem(401, 'device-unknown') } as const;
    expect(kinds(run(START, [...booted(), unknown])[1])).toEqual(['wait']);
  });

  it('S4: a broken chain sends what stands before it, then goes on behind it', () => {
    let [state, effects] = run(START, [...booted(events(1, 9)), { type: 'sync_problem', problem: problem(422, 'chain-broken', { seq: 4 }) }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 3 }]);
    [state, effects] = run(state, [{ type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
    expect(effects[1]).toMatchObject({ type: 'send_sync', from: 4, to: 9 });
    expect(state.cut_before).toBeNull();
  });

  it('S4: broken at its first event, it reads that event again and keeps the rest', () => {
    const [state, effects] = run(START, [...booted(), { type: 'sync_problem', problem: problem(422, 'chain-broken', { seq: 1 }) }]);
    expect(effects).toEqual([{ type: 'check_event', epoch: 1, seq: 1 }]);
    const [after] = run(state, [{ type: 'event_checked', seq: 1, whole: false }]);
    expect(after).toMatchObject({ broken_seq: 1, waiting: events(1, 3) });
  });

  it('S5: what is acknowledged leaves the outbox, and only that', () => {
    const [state, effects] = run(START, [...booted(events(1, 5)), { type: 'sync_reply', reply: reply(2), receipt_fits: true }]);
    expect(state.waiting.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(effects).toMatchObject([{ type: 'keep_reply', acked_seq: 2 }, { type: 'send_sync', from: 3, to: 5 }]);
  });

  it('S5: an answer for more than this phone ever wrote does not count ahead', () => {
    const [state] = run(START, [...booted(events(1, 2)), { type: 'sync_reply', reply: reply(40), receipt_fits: true }]);
    expect(state.acked_seq).toBe(2);
  });

  it('S5: a server that knows less than before gets it all again', () => {
    let [state, effects] = run(pushed([]), [{ type: 'manual' }, { type: 'sync_reply', reply: reply(1, { server_epoch: 's2' }), receipt_fits: true }]);
    expect(effects.at(-1)).toEqual({ type: 'read_log', epoch: 1, acked_seq: 1 });
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, waiting: events(2, 3), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 2, to: 3 }]);
    expect(state.server_epoch).toBe('s2');
  });

  it('S6: a gap is answered by sending from acked + 1', () => {
    const results = [{ seq: 4, hash: PHOTO, status: 'gap', flags: [] }] as const;
    let [state, effects] = run(START, [...booted(events(4, 6), [], 3), { type: 'sync_reply', reply: reply(2, { results }), receipt_fits: true }]);
    expect(effects.at(-1)).toEqual({ type: 'read_log', epoch: 1, acked_seq: 2 });
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 2, waiting: events(3, 6), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 3, to: 6 }]);
    expect(state.waiting).toHaveLength(4);
  });

  it('S6: a batch that moves nothing is not sent for ever without a pause', () => {
    const [state, effects] = run(START, [...booted(), { type: 'sync_reply', reply: reply(0), receipt_fits: true }]);
    expect(kinds(effects)).toEqual(['keep_reply', 'wait']);
    expect(state.waiting).toHaveLength(3);
  });

  it('S8: a receipt over another log counts for nothing', () => {
    const [state, effects] = run(START, [...booted(), { type: 'sync_reply', reply: reply(3), receipt_fits: false }]);
    expect(kinds(effects)).toEqual(['wait']);
    expect(state).toMatchObject({ acked_seq: 0, last_error: 'receipt-mismatch', waiting: events(1, 3) });
  });

  it('S9, L7: a fork opens the given epoch with everything from the fork on', () => {
    const results = [2, 3].map((seq) => ({ seq, hash: PHOTO, status: 'quarantined' as const, flags: ['fork'] }));
    const forked = reply(8, { results, directives: [{ new_epoch: 2, reason: null }] });
    let [state, effects] = run(START, [...booted(), { type: 'sync_reply', reply: forked, receipt_fits: false }]);
    expect(effects.at(-1)).toEqual({ type: 'open_epoch', epoch: 2, prior_epoch: 1, acked_seq: 1, reason: 'fork' });
    expect(run(state, [{ type: 'manual' }])[1]).toEqual([]);
    [state, effects] = run(state, [{ type: 'epoch_opened', epoch: 2, acked_seq: 0, waiting: events(1, 3), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', epoch: 2, from: 1, to: 3 }]);
  });

  it('L8: a directive for an epoch that is open already does nothing', () => {
    const old = reply(3, { directives: [{ new_epoch: 1, reason: null }] });
    expect(kinds(run(START, [...booted(), { type: 'sync_reply', reply: old, receipt_fits: true }])[1])).toEqual(['keep_reply', 'wait']);
  });

  it('S10: more jobs are fetched at once, but an empty promise of more is not believed', () => {
    const job = { job_id: 'j', rev: 1, own_seq: 0, fold_v: 1, state: {}, people: {} };
    const [state, effects] = run(START, [...booted(), { type: 'sync_reply', reply: reply(3, { more: true, jobs: [job] }), receipt_fits: true }]);
    expect(kinds(effects)).toEqual(['keep_reply', 'send_sync']);
    expect(kinds(run(state, [{ type: 'sync_reply', reply: reply(3, { more: true }), receipt_fits: true }])[1])).toEqual(['keep_reply', 'wait']);
  });

  it('S13: a wanted blob that this phone thought delivered is looked for', () => {
    const [, effects] = run(START, [...booted(), { type: 'sync_reply', reply: reply(3, { blobs_wanted: [PHOTO] }), receipt_fits: true }]);
    expect(effects[1]).toEqual({ type: 'look_for_blobs', sha256s: [PHOTO] });
  });
});

describe('S14: when to try again', () => {
  const everything = [400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 500, 502, 503, 507];

  it.each(everything)('a %i drops nothing', (status) => {
    const blobs = [blob(PHOTO, 2)];
    const [afterSync] = run(START, [...booted(events(1, 3), blobs), { type: 'sync_problem', problem: problem(status, null) }]);
    expect(afterSync.waiting).toEqual(events(1, 3));
    const [afterBlob] = run(pushed(blobs), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(status, null) }]);
    expect(afterBlob.blobs.map(({ sha256 }) => sha256)).toEqual([PHOTO]);
    expect(afterBlob.busy).toBeNull();
  });

  it('waits between 2 s and a ceiling that doubles up to 5 min', () => {
    const ceilings = [4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000];
    for (const random of [0, 0.999_999]) {
      let [state] = run(START, booted());
      for (const ceiling of ceilings) {
        let effects: readonly Effect[];
        [state, effects] = step(state, { type: 'network_failed', why: 'no_answer', now_ms: NOW, random });
        expect(effects).toEqual([{ type: 'wait', ms: random === 0 ? 2_000 : expect.closeTo(ceiling, -1) as number }]);
        [state] = step({ ...state, next_try_ms: 0 }, { type: 'timer', now_ms: NOW, random });
      }
    }
  });

  it('does not send before the time, and sends when it has come', () => {
    const [state] = run(START, [...booted(), { type: 'network_failed', why: 'no_answer' }]);
    expect(kinds(run(state, [{ type: 'timer' }], NOW + 2_999)[1])).toEqual(['wait']);
    expect(kinds(run(state, [{ type: 'timer' }], NOW + 3_000)[1])).toEqual(['send_sync']);
  });

  it.each(['online', 'visible', 'manual'] as const)('%s ends the waiting', (type) => {
    const [state] = run(START, [...booted(), { type: 'network_failed', why: 'not_ours' }]);
    const [after, effects] = run(state, [{ type }]);
    expect(kinds(effects)).toEqual(['send_sync']);
    expect(after.failures).toBe(0);
  });

  it('Retry-After binds everything but the installer', () => {
    const busy = { type: 'sync_problem', problem: problem(503, 'unavailable', { retry_after_s: 90 }) } as const;
    const [state, effects] = run(START, [...booted(), busy]);
    expect(effects).toEqual([{ type: 'wait', ms: 90_000 }]);
    expect(run(state, [{ type: 'online' }])[1]).toEqual([{ type: 'wait', ms: 90_000 }]);
    expect(kinds(run(state, [{ type: 'manual' }])[1])).toEqual(['send_sync']);
  });

  it('asks again after five quiet minutes', () => {
    const [state, effects] = run(START, [...booted([]), { type: 'sync_reply', reply: reply(0), receipt_fits: true }]);
    expect(effects.at(-1)).toEqual({ type: 'wait', ms: POLL_MS });
    expect(kinds(run(state, [{ type: 'timer' }], NOW + POLL_MS)[1])).toEqual(['send_sync']);
  });
});

describe('blobs', () => {
  it('B1: no blob goes before its event is acknowledged', () => {
    const [state, effects] = run(START, [...booted(events(1, 60), [blob(PHOTO, 55)]), { type: 'sync_reply', reply: reply(50), receipt_fits: true }]);
    expect(effects[1]).toMatchObject({ type: 'send_sync', from: 51, to: 60 });
    expect(run(state, [{ type: 'sync_reply', reply: reply(60), receipt_fits: true }])[1][1]).toMatchObject({ type: 'send_chunk', sha256: PHOTO });
  });

  it('sends statements and strokes first, then photos, the oldest first', () => {
    const blobs = [blob('1'.repeat(64), 3), blob('2'.repeat(64), 1), blob(STATEMENT, 2, { rank: 0 })];
    expect(pushed(blobs).blobs.map(({ sha256 }) => sha256[0])).toEqual(['b', '2', '1']);
  });

  it('B2: asks for the offset when it is not known', () => {
    const [state] = run(START, booted(events(1, 3), [blob(PHOTO, 2, { offset: null })]));
    const [asked, effects] = run(state, [{ type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
    expect(effects[1]).toEqual({ type: 'head_blob', sha256: PHOTO });
    expect(run(asked, [{ type: 'blob_head', sha256: PHOTO, offset: 100 }])[1]).toMatchObject([{ type: 'send_chunk', offset: 100, length: CHUNK_BYTES_START }]);
  });

  it('B3: chunks follow each other; a new event goes between them', () => {
    let [state, effects] = run(pushed([blob(PHOTO, 2)]), [{ type: 'blob_progress', sha256: PHOTO, offset: CHUNK_BYTES_START }]);
    expect(effects).toMatchObject([{ type: 'send_chunk', offset: CHUNK_BYTES_START, length: 400_000 - CHUNK_BYTES_START, size: 400_000 }]);
    [state] = run(state, [{ type: 'saved', epoch: 1, events: events(4, 4), blobs: [] }]);
    [state, effects] = run(state, [{ type: 'blob_receipt', sha256: PHOTO, receipt: { text: 'r', sig: 's', key_id: 'k' } }]);
    expect(effects).toMatchObject([{ type: 'keep_blob_receipt', sha256: PHOTO }, { type: 'send_sync', from: 4, to: 4 }]);
    expect(state.blobs).toEqual([]);
  });

  it('B3: goes on at the offset that the server names', () => {
    const conflict = { type: 'blob_problem', sha256: PHOTO, problem: problem(409, 'blob-offset', { offset: 131_072 }) } as const;
    const [state, effects] = run(pushed([blob(PHOTO, 2)]), [conflict]);
    expect(effects).toMatchObject([{ type: 'send_chunk', offset: 131_072 }]);
    // The same word again is no progress: it waits instead of running in a circle.
    const [waiting, then] = run(state, [conflict]);
    expect(kinds(then)).toEqual(['wait']);
    expect(waiting.blobs).toMatchObject([{ failures: 1, offset: null }]);
  });

  it('B4: a damaged chunk is tried again later, and the next blob goes at once', () => {
    const other = 'c'.repeat(64);
    const [state, effects] = run(pushed([blob(PHOTO, 1), blob(other, 2)]), [
      { type: 'blob_problem', sha256: PHOTO, problem: problem(400, 'chunk-damaged') },
    ]);
    expect(effects).toMatchObject([{ type: 'send_chunk', sha256: other }]);
    expect(state.blobs).toMatchObject([{ sha256: PHOTO, failures: 1, trouble: 'chunk-damaged' }, { sha256: other }]);
  });

  it('B5: a digest that does not match makes it read its own copy; a damaged one is kept and passed by', () => {
    const other = 'c'.repeat(64);
    const mismatch = { type: 'blob_problem', sha256: PHOTO, problem: problem(422, 'blob-digest-mismatch') } as const;
    const [state, effects] = run(pushed([blob(PHOTO, 1), blob(other, 2)]), [mismatch]);
    expect(effects).toMatchObject([{ type: 'check_blob', sha256: PHOTO }, { type: 'send_chunk', sha256: other }]);
    const [after] = run(state, [{ type: 'blob_checked', sha256: PHOTO, whole: false }]);
    expect(after.blobs).toMatchObject([{ sha256: PHOTO, trouble: 'blob-damaged' }, { sha256: other }]);
    const [rest, then] = run(after, [{ type: 'blob_receipt', sha256: other, receipt: { text: 'r', sig: 's', key_id: 'k' } }], NOW + 10);
    expect(then.at(-1)).toMatchObject({ type: 'wait' });
    expect(rest.blobs.map(({ sha256 }) => sha256)).toEqual([PHOTO]);
  });

  it('B6: all bytes there but no receipt yet: an empty chunk asks for it', () => {
    const [, effects] = run(pushed([blob(PHOTO, 2)]), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(409, 'blob-offset', { offset: 400_000 }) }]);
    expect(effects).toMatchObject([{ type: 'send_chunk', offset: 400_000, length: 0 }]);
  });

  it('B1: a blob that no event names there waits for the events', () => {
    const [, effects] = run(pushed([blob(PHOTO, 2)]), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(404, 'blob-not-named') }]);
    expect(kinds(effects)).toEqual(['send_sync']);
  });

  it('S12: an old token is renewed by a sync; one refused while young is not asked for in a circle', () => {
    const refused = { type: 'blob_problem', sha256: PHOTO, problem: problem(401, 'unauthenticated') } as const;
    const state = pushed([blob(PHOTO, 2)]);
    expect(kinds(run(state, [refused], NOW + 61_000)[1])).toEqual(['send_sync']);
    expect(kinds(run(state, [refused], NOW + 59_000)[1])).toEqual(['wait']);
  });

  it('chunks grow on a quick line and shrink on a slow or a dead one, within their bounds', () => {
    let state = pushed([blob(PHOTO, 2, { size: 26_214_400 })]);
    let offset = 0;
    for (let times = 0; times < 5; times += 1) {
      const busy = state.busy;
      if (busy?.kind !== 'chunk') throw new Error('not uploading');
      offset += busy.length;
      [state] = run(state, [{ type: 'blob_progress', sha256: PHOTO, offset }], busy.since_ms + 100);
    }
    expect(state.chunk_bytes).toBe(CHUNK_BYTES_MAX);
    for (let times = 0; times < 8; times += 1) {
      [state] = run(state, [{ type: 'network_failed', why: 'no_answer' }, { type: 'manual' }]);
      [state] = run(state, [{ type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
      [state] = run(state, [{ type: 'blob_head', sha256: PHOTO, offset }]);
    }
    expect(state.chunk_bytes).toBe(CHUNK_BYTES_MIN);
  });

  it('a blob that breaks the server loses its turn to the others', () => {
    const other = 'c'.repeat(64);
    const [state] = run(pushed([blob(PHOTO, 1), blob(other, 2)]), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(502, null) }]);
    const [after, effects] = run(state, [{ type: 'timer' }], state.next_try_ms);
    expect(effects).toMatchObject([{ type: 'send_chunk', sha256: other }]);
    expect(after.blobs).toMatchObject([{ sha256: PHOTO, failures: 1, trouble: null }, { sha256: other, failures: 0 }]);
  });
});

describe('local damage', () => {
  it('what is saved while the log is read is not forgotten: it is read once more', () => {
    const restored = { type: 'sync_reply', reply: reply(1), receipt_fits: true } as const;
    let [state] = run(pushed([]), [{ type: 'manual' }, restored, { type: 'saved', epoch: 1, events: events(4, 4), blobs: [] }]);
    let effects: readonly Effect[];
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, waiting: events(2, 3), blobs: [] }]);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 1 }]);
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, waiting: events(2, 4), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 2, to: 4 }]);
  });

  it('what another tab saved, and this one missed, is read from storage', () => {
    const [, effects] = run(pushed([]), [{ type: 'saved', epoch: 1, events: events(6, 6), blobs: [] }]);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 3 }]);
    expect(kinds(run(pushed([]), [{ type: 'saved', epoch: 2, events: events(1, 1), blobs: [] }])[1])).toEqual(['read_log']);
  });

  it('an unreadable event stops the log there, not what stands before it and not the blobs', () => {
    let [state, effects] = run(START, [...booted(events(1, 5), [blob(PHOTO, 2)]), { type: 'event_unreadable', seq: 4 }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 3 }]);
    [state, effects] = run(state, [{ type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
    expect(effects[1]).toMatchObject({ type: 'send_chunk', sha256: PHOTO });
    expect(state.waiting.map(({ seq }) => seq)).toEqual([4, 5]);
  });

  it('a storage that fails while keeping the answer makes it wait and forget nothing', () => {
    const [state, effects] = run(START, [...booted(), { type: 'local_failed' }]);
    expect(kinds(effects)).toEqual(['wait']);
    expect(state).toMatchObject({ waiting: events(1, 3), last_error: 'storage', working: null });
  });
});
