import { describe, expect, it } from 'vitest';
import { AT, blob, booted, events, kinds, NOW, PHOTO, problem, pushed, reply, run, STATEMENT, type Told } from '../testing/machine';
import { step } from './machine';
import { POLL_MS, READ_AGAIN_MS, START, type Effect } from './syncState';

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

describe('the token', () => {
  it('is said to be there while it is good, and a minimal reply makes it no younger (S18)', () => {
    const [held, kept] = [pushed([]), { ...reply(3), access_token: null }];
    const manual: Told[] = [{ type: 'manual' }];
    expect(run(START, booted())[1]).toMatchObject([{ type: 'send_sync', has_token: false }]);
    const [asked, effects] = run(held, manual, NOW + 30_000);
    expect(effects).toMatchObject([{ type: 'send_sync', has_token: true }]);
    const [told] = run(asked, [{ type: 'sync_reply', reply: kept, receipt_fits: true }], NOW + 31_000);
    expect([told.token_since_ms, told.token_until_ms]).toEqual([held.token_since_ms, held.token_until_ms]);
    const read = { type: 'log_read', epoch: 1, acked_seq: 3, head_seq: 3, waiting: [], blobs: [] } as const;
    expect(run(told, [...manual, read], held.token_until_ms)[1]).toMatchObject([{ type: 'send_sync', has_token: false }]);
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

  it('S3: a seal that does not verify is made anew once', () => {
    const seal = { type: 'sync_problem', problem: problem(401, 'seal-invalid', { challenge: 'c9' }) } as const;
    expect(kinds(run(START, [...booted(), seal])[1])).toEqual(['keep_challenge', 'send_sync']);
  });

  it('S3: an idle phone whose server has less than before sends what is missing there', () => {
    const [idle] = run(pushed([]), [{ type: 'manual' }]);
    const behind = problem(401, 'seal-invalid', { challenge: 'c9', acked_seq: 1, server_epoch: 's2' });
    const [state, effects] = run(idle, [{ type: 'sync_problem', problem: behind }]);
    expect(effects).toEqual([{ type: 'keep_challenge', challenge: 'c9' }, { type: 'read_log', epoch: 1, acked_seq: 1 }]);
    const read = { type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 3, waiting: events(2, 3), blobs: [] } as const;
    expect(run(state, [read])[1]).toMatchObject([{ type: 'send_sync', from: 2, to: 3, pending: { events: 2 } }]);
  });

  it('E5: a device that the server does not know shows its certificate, once, then goes on; refused, it waits', () => {
    const unknown = { type: 'sync_problem', problem: problem(401, 'device-unknown') } as const;
    const [state, effects] = run(START, [...booted(), unknown]);
    expect(effects).toEqual([{ type: 'readmit' }]);
    const [back, then] = run(state, [{ type: 'readmitted', challenge: 'c9' }]);
    expect(then).toMatchObject([{ type: 'keep_challenge', challenge: 'c9' }, { type: 'send_sync', from: 1, to: 3 }]);
    expect(kinds(run(back, [unknown])[1])).toEqual(['wait']);
    const refused = { type: 'readmit_problem', problem: problem(422, 'certificate-invalid', { retry_after_s: 40 }) } as const;
    const [waits, wait] = run(state, [refused]);
    expect(wait).toEqual([{ type: 'wait', ms: 40_000 }]);
    expect(waits).toMatchObject({ last_error: 'certificate-invalid', waiting: events(1, 3), busy: null });
    expect(kinds(run(state, [{ type: 'network_failed', why: 'no_answer' }])[1])).toEqual(['wait']);
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
    expect(after).toMatchObject({ broken_seq: 1, waiting: events(2, 3) });
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
    // What closed epochs hold comes again too, and before the new lineage is noted.
    expect(kinds(effects)).toEqual(['record_older', 'keep_reply', 'read_log']);
    expect(effects.at(-1)).toEqual({ type: 'read_log', epoch: 1, acked_seq: 1 });
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 3, waiting: events(2, 3), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 2, to: 3 }]);
    expect(state.server_epoch).toBe('s2');
  });

  it('S6: a gap is answered by sending from acked + 1', () => {
    const results = [{ seq: 4, hash: PHOTO, status: 'gap', flags: [] }] as const;
    let [state, effects] = run(START, [...booted(events(4, 6), [], 3), { type: 'sync_reply', reply: reply(2, { results }), receipt_fits: true }]);
    expect(effects.at(-1)).toEqual({ type: 'read_log', epoch: 1, acked_seq: 2 });
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 2, head_seq: 6, waiting: events(3, 6), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 3, to: 6 }]);
    expect(state.waiting).toHaveLength(4);
  });

  it('S6: a batch that moves nothing is not sent for ever without a pause', () => {
    const [state, effects] = run(START, [...booted(), { type: 'sync_reply', reply: reply(0), receipt_fits: true }]);
    expect(kinds(effects)).toEqual(['keep_reply', 'wait']);
    expect(state.waiting).toHaveLength(3);
  });

  const RECEIPT = { text: 'r', sig: 's', key_id: 'k' };

  it('S8: a receipt over another log counts for nothing; our event at its place, sent alone, shows that there are two', () => {
    const foreign = { type: 'sync_reply', reply: reply(3, { receipt: RECEIPT }), receipt_fits: false } as const;
    const [state, effects] = run(START, [...booted(), foreign]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 3, to: 3 }]);
    expect(state).toMatchObject({ acked_seq: 0, waiting: events(1, 3) });
    const [again, waits] = run(state, [foreign]);
    expect(kinds(waits)).toEqual(['wait']);
    expect(again).toMatchObject({ acked_seq: 0, last_error: 'receipt-mismatch', waiting: events(1, 3), contested_seq: null });
  });

  it('S5: a word without a receipt acknowledges nothing, but says where to go on', () => {
    // The first event was stored, its answer lost, and its copies are damaged since.
    const hole = [...booted(events(1, 4)), { type: 'event_unreadable', seq: 1 }] as const;
    const [asked, question] = run(START, [...hole]);
    expect(question).toMatchObject([{ type: 'send_sync', from: 4, to: 4, pending: { events: 3 } }]);
    const [state, effects] = run(asked, [{ type: 'sync_reply', reply: reply(1), receipt_fits: false }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 2, to: 4 }]);
    expect(state).toMatchObject({ acked_seq: 0, head_seq: 4 });
  });

  it('L8: a directive for an epoch that is open already does nothing', () => {
    const old = reply(3, { directives: [{ new_epoch: 1 }] });
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

  it.each(['403', '404', '409'])('Retry-After is heeded on a %s for a blob too: nothing at all is sent before', (status) => {
    const refused = { type: 'blob_problem', sha256: PHOTO, problem: problem(Number(status), 'not-found', { retry_after_s: 70 }) } as const;
    const [state, effects] = run(pushed([blob(PHOTO, 1), blob(STATEMENT, 2)]), [{ ...refused, sha256: STATEMENT }, refused]);
    expect(effects.at(-1)).toEqual({ type: 'wait', ms: 70_000 });
    expect(kinds(run(state, [{ type: 'saved', epoch: 1, events: events(4, 4), blobs: [] }])[1])).toEqual(['wait']);
  });

  it('hands that are turned back make nothing wait until they are round again', () => {
    const [state] = run(START, [...booted(), { type: 'network_failed', why: 'no_answer' }]);
    const [after, effects] = run(state, [{ type: 'timer' }], NOW - 86_400_000);
    expect(effects).toEqual([{ type: 'wait', ms: 3_000 }]);
    expect(kinds(run(after, [{ type: 'timer' }], NOW - 86_400_000 + 3_000)[1])).toEqual(['send_sync']);
  });

  it('asks again after five quiet minutes', () => {
    const [state, effects] = run(START, [...booted([]), { type: 'sync_reply', reply: reply(0), receipt_fits: true }]);
    expect(effects.at(-1)).toEqual({ type: 'wait', ms: POLL_MS });
    const [due, reads] = run(state, [{ type: 'timer' }], NOW + POLL_MS);
    expect(reads).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 0 }]);
    const read = { type: 'log_read', epoch: 1, acked_seq: 0, head_seq: 0, waiting: [], blobs: [] } as const;
    expect(kinds(run(due, [read], NOW + POLL_MS)[1])).toEqual(['send_sync']);
  });
});

describe('two pages', () => {
  it('who takes the lead later reads anew what the other may have delivered meanwhile', () => {
    const [waits] = run(START, [...booted().slice(0, 1)]);
    const [state, effects] = run(waits, [{ type: 'lock', held: true }], NOW + 60_000);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: null }]);
    const read = { type: 'log_read', epoch: 1, acked_seq: 3, head_seq: 3, waiting: [], blobs: [] } as const;
    expect(run(state, [read], NOW + 60_001)[1]).toMatchObject([{ type: 'send_sync', from: 4, to: 3, acked_seq: 3 }]);
  });
});

describe('local damage', () => {
  it('what was saved and never said is found before the next question to the office', () => {
    const [state, effects] = run(pushed([]), [{ type: 'visible' }], NOW + READ_AGAIN_MS);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 3 }]);
    const read = { type: 'log_read', epoch: 1, acked_seq: 3, head_seq: 4, waiting: events(4, 4), blobs: [blob(PHOTO, 4)] } as const;
    expect(run(state, [read], NOW + READ_AGAIN_MS)[1]).toMatchObject([{ type: 'send_sync', from: 4, to: 4 }]);
    expect(kinds(run(pushed([]), [{ type: 'visible' }], NOW + 1_000)[1])).toEqual(['send_sync']);
  });

  it('what is saved while the log is read is not forgotten: it is read once more', () => {
    const restored = { type: 'sync_reply', reply: reply(1), receipt_fits: true } as const;
    let [state] = run(pushed([]), [{ type: 'manual' }, restored, { type: 'saved', epoch: 1, events: events(4, 4), blobs: [] }]);
    let effects: readonly Effect[];
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 3, waiting: events(2, 3), blobs: [] }]);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 1 }]);
    [state, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 4, waiting: events(2, 4), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 2, to: 4 }]);
  });

  it('what another tab saved, and this one missed, is read from storage', () => {
    const [, effects] = run(pushed([]), [{ type: 'saved', epoch: 1, events: events(6, 6), blobs: [] }]);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 3 }]);
    expect(kinds(run(pushed([]), [{ type: 'saved', epoch: 2, events: events(1, 1), blobs: [] }])[1])).toEqual(['read_log']);
  });

  it('S16: for what stands behind an unreadable event a new epoch is asked for, and pending says honestly what is held', () => {
    let [state, effects] = run(START, [...booted(events(1, 6), [blob(PHOTO, 2)]), { type: 'event_unreadable', seq: 4 }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 3, pending: { events: 5 } }]);
    [state, effects] = run(state, [{ type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
    expect(effects[1]).toMatchObject({ type: 'send_sync', from: 6, to: 6, pending: { events: 2 } });
    const given = reply(3, { directives: [{ new_epoch: 2 }] });
    [state, effects] = run(state, [{ type: 'sync_reply', reply: given, receipt_fits: true }]);
    expect(effects.at(-1)).toEqual({ type: 'open_epoch', epoch: 2, prior_epoch: 1, acked_seq: 3, reason: 'damaged' });
    [state, effects] = run(state, [{ type: 'epoch_opened', epoch: 2, acked_seq: 0, head_seq: 3, waiting: events(1, 3), blobs: [blob(PHOTO, 2)] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', epoch: 2, from: 1, to: 3, pending: { events: 3 } }]);
    expect(state.broken_seq).toBeNull();
  });

  it('S16: without an answer to the question it waits, and the blobs before the hole go on', () => {
    const hole = [...booted(events(1, 6), [blob(PHOTO, 2)]), { type: 'event_unreadable', seq: 4 }] as const;
    const told = { type: 'sync_reply', reply: reply(3), receipt_fits: true } as const;
    const [state, effects] = run(START, [...hole, told, told]);
    expect(kinds(effects)).toEqual(['keep_reply', 'wait']);
    expect(state.waiting.map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it('S16: with nothing whole behind the hole, the report of the loss is what stands there', () => {
    const [state, effects] = run(START, [...booted(events(1, 2)), { type: 'event_unreadable', seq: 2 }]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 1, to: 1 }]);
    const [asked, then] = run(state, [{ type: 'sync_reply', reply: reply(1), receipt_fits: true }]);
    expect(then.at(-1)).toEqual({ type: 'report_hole', epoch: 1, acked_seq: 1, from: 2, to: 2 });
    const read = { type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 3, waiting: events(2, 3), blobs: [] } as const;
    const [, again] = run(asked, [read, { type: 'event_unreadable', seq: 2 }]);
    expect(again).toMatchObject([{ type: 'send_sync', from: 3, to: 3, pending: { events: 1 } }]);
  });

  it('S16: after a restore, what was let go of here and lost there is asked about in the same way', () => {
    const [idle] = run(pushed([]), [{ type: 'manual' }]);
    const behind = problem(401, 'seal-invalid', { challenge: 'c9', acked_seq: 1, server_epoch: 's2' });
    const [state] = run(idle, [{ type: 'sync_problem', problem: behind }]);
    const [, effects] = run(state, [{ type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 3, waiting: [], blobs: [] }]);
    expect(effects).toEqual([{ type: 'report_hole', epoch: 1, acked_seq: 1, from: 2, to: 3 }]);
    const read = { type: 'log_read', epoch: 1, acked_seq: 1, head_seq: 4, waiting: events(4, 4), blobs: [] } as const;
    const given = reply(1, { server_epoch: 's2', directives: [{ new_epoch: 2 }] });
    const [, then] = run(state, [read, { type: 'sync_reply', reply: given, receipt_fits: true }]);
    expect(kinds(then)).toEqual(['record_older', 'keep_reply', 'open_epoch']);
    expect(then.at(-1)).toMatchObject({ epoch: 2, acked_seq: 1, reason: 'restore' });
  });

  it('a storage that fails while what a restored server lacks is recorded again does so anew with the next answer', () => {
    const [idle] = run(pushed([]), [{ type: 'manual' }]);
    const other = { type: 'sync_reply', reply: reply(3, { server_epoch: 's2' }), receipt_fits: true } as const;
    let [state, effects] = run(idle, [other]);
    expect(kinds(effects)).toEqual(['record_older', 'keep_reply', 'read_log']);
    const read = { type: 'log_read', epoch: 1, acked_seq: 3, head_seq: 3, waiting: [], blobs: [] } as const;
    [state, effects] = run(state, [{ type: 'local_failed' }, { type: 'manual' }, { type: 'timer' }, read, other]);
    expect(kinds(effects)).toEqual(['record_older', 'keep_reply', 'read_log']);
    [state, effects] = run(state, [read, other]);
    expect(kinds(effects)).not.toContain('record_older');
    expect(state.server_epoch).toBe('s2');
  });

  it('a storage that fails while keeping the answer makes it wait and forget nothing', () => {
    const [state, effects] = run(START, [...booted(), { type: 'local_failed' }]);
    expect(kinds(effects)).toEqual(['wait']);
    expect(state).toMatchObject({ waiting: events(1, 3), last_error: 'storage', working: null });
  });
});
