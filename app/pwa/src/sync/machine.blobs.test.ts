import { describe, expect, it } from 'vitest';
import type { Told } from './requests';
import { blob, booted, events, kinds, NOW, PHOTO, problem, pushed, reply, run, STATEMENT } from '../testing/machine';
import { CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, CHUNK_BYTES_START, START, type SyncState } from './syncState';

const MINUTE = 60_000;

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

  const gone: readonly (readonly [string, Told])[] = [
    ['an offset', { type: 'blob_head', sha256: PHOTO, offset: 100 }],
    ['progress', { type: 'blob_progress', sha256: PHOTO, offset: 5 }],
    ['a problem', { type: 'blob_problem', sha256: PHOTO, problem: problem(409, 'blob-offset', { offset: 5 }) }],
    ['a dead line', { type: 'network_failed', why: 'no_answer' }],
  ];
  it.each(gone)('goes on after %s for a blob that another page delivered meanwhile', (_, answer) => {
    const offset = answer.type === 'blob_head' ? null : 0;
    const busy = pushed([blob(PHOTO, 2, { offset })]);
    expect(busy.busy).toMatchObject({ sha256: PHOTO });
    const [state] = run({ ...busy, blobs: [] }, [answer]);
    expect(state.busy?.kind).not.toBe('chunk');
    expect(state.busy?.kind).not.toBe('head');
    expect(run({ ...state, next_try_ms: 0 }, [{ type: 'saved', epoch: 1, events: events(4, 4), blobs: [] }], NOW + 400_000)[1].map(({ type }) => type)).toContain('send_sync');
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
    const unread = { type: 'blob_checked', sha256: PHOTO, whole: false, named: true } as const;
    const [after] = run(state, [unread]);
    expect(after.blobs).toMatchObject([{ sha256: PHOTO, trouble: 'blob-unread' }, { sha256: other }]);
    const [rest, then] = run(after, [{ type: 'blob_receipt', sha256: other, receipt: { text: 'r', sig: 's', key_id: 'k' } }], NOW + 10);
    expect(then.at(-1)).toMatchObject({ type: 'wait' });
    expect(rest.blobs.map(({ sha256 }) => sha256)).toEqual([PHOTO]);
    const [again, read] = run(rest, [{ type: 'timer' }], NOW + MINUTE);
    expect(read).toMatchObject([{ type: 'send_chunk', sha256: PHOTO }]);
    expect(run(again, [unread], NOW + MINUTE)[0].blobs).toMatchObject([{ sha256: PHOTO, trouble: 'blob-damaged' }]);
  });

  it('a disk that did not answer when a blob was read does not keep it for ever', () => {
    const unread = { type: 'blob_checked', sha256: PHOTO, whole: false, named: true } as const;
    const [first] = run(pushed([blob(PHOTO, 1)]), [unread]);
    expect(first).toMatchObject({ busy: null, blobs: [{ trouble: 'blob-unread', failures: 1 }] });
    const [second] = run(first, [{ type: 'timer' }, unread], NOW + MINUTE);
    expect(second).toMatchObject({ busy: null, blobs: [{ trouble: 'blob-damaged', failures: 2 }] });
    const [third, effects] = run(second, [{ type: 'timer' }], NOW + 2 * MINUTE);
    expect(effects).toMatchObject([{ type: 'send_chunk', sha256: PHOTO }]);
    expect(run(third, [{ type: 'blob_receipt', sha256: PHOTO, receipt: { text: 'r', sig: 's', key_id: 'k' } }])[0].blobs).toEqual([]);
  });

  it('B6: all bytes there but no receipt yet: an empty chunk asks for it', () => {
    const [, effects] = run(pushed([blob(PHOTO, 2)]), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(409, 'blob-offset', { offset: 400_000 }) }]);
    expect(effects).toMatchObject([{ type: 'send_chunk', offset: 400_000, length: 0 }]);
  });

  it('B1: a blob that no event names there waits for the events', () => {
    const [, effects] = run(pushed([blob(PHOTO, 2)]), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(404, 'blob-not-named') }]);
    expect(kinds(effects)).toEqual(['check_blob', 'send_sync']);
  });

  it('B1: one whose event is whole nowhere is offered no more, until the server asks for it', () => {
    const refused = { type: 'blob_problem', sha256: PHOTO, problem: problem(404, 'blob-not-named') } as const;
    const pulled = { type: 'sync_reply', reply: reply(3), receipt_fits: true } as const;
    const [named, again] = run(pushed([blob(PHOTO, 2)]), [refused, { type: 'blob_checked', sha256: PHOTO, whole: true, named: true }, pulled, { type: 'manual' }]);
    expect(named.blobs).toMatchObject([{ trouble: 'blob-not-named' }]);
    expect(kinds(again)).toContain('head_blob');
    const unnamed = [refused, { type: 'blob_checked', sha256: PHOTO, whole: true, named: false }, pulled] as const;
    const [state, effects] = run(pushed([blob(PHOTO, 2)]), [...unnamed, { type: 'visible' }, pulled]);
    expect(kinds(effects)).toEqual(['keep_reply', 'wait']);
    expect(state.blobs).toMatchObject([{ sha256: PHOTO, trouble: 'blob-unnamed' }]);
    expect(kinds(run(state, [{ type: 'manual' }])[1])).toContain('head_blob');
    const [asked] = run(state, [{ type: 'visible' }]);
    const [, wanted] = run(asked, [{ ...pulled, reply: reply(3, { blobs_wanted: [PHOTO] }) }]);
    expect(kinds(wanted)).toContain('head_blob');
  });

  it('photos go also while a thumb never stops tapping', () => {
    const state = pushed([blob(PHOTO, 2)]);
    const [sent, effects] = run({ ...state, busy: null }, [{ type: 'manual' }], NOW + 150);
    expect(kinds(effects)).toEqual(['send_chunk']);
    expect(kinds(run({ ...sent, busy: null }, [{ type: 'manual' }], NOW + 2_000)[1])).toEqual(['send_sync']);
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

  it('H48: on a line that breaks, chunks become small at once and grow only after much went through', () => {
    let state = pushed([blob(PHOTO, 2, { size: 26_214_400 })]);
    const lose = (held: number): void => {
      [state] = run(state, [{ type: 'network_failed', why: 'no_answer' }]);
      [state] = run(state, [{ type: 'timer' }], state.next_try_ms);
      [state] = run(state, [{ type: 'blob_head', sha256: PHOTO, offset: held }], state.next_try_ms);
    };
    lose(0);
    lose(0);
    expect(state.chunk_bytes).toBe(CHUNK_BYTES_START / 16);
    for (let at = 1; at <= 4; at += 1) {
      expect(state.busy).toMatchObject({ kind: 'chunk', length: CHUNK_BYTES_START / 16 });
      [state] = run(state, [{ type: 'blob_progress', sha256: PHOTO, offset: (at * CHUNK_BYTES_START) / 16 }], state.busy?.since_ms);
    }
    expect(state.chunk_bytes).toBe(CHUNK_BYTES_START / 8);
  });

  it('H38: a size that a proxy refused is not tried again until the network is another one', () => {
    let state = pushed([blob(PHOTO, 2, { size: 26_214_400 })]);
    [state] = run(state, [{ type: 'blob_problem', sha256: PHOTO, problem: problem(413, null) }]);
    [state] = run(state, [{ type: 'timer' }], state.blobs[0]?.retry_at_ms);
    [state] = run(state, [{ type: 'blob_head', sha256: PHOTO, offset: 0 }]);
    for (let at = 1; at <= 9; at += 1) {
      expect(state.busy).toMatchObject({ kind: 'chunk', length: CHUNK_BYTES_START / 2 });
      [state] = run(state, [{ type: 'blob_progress', sha256: PHOTO, offset: (at * CHUNK_BYTES_START) / 2 }], state.busy?.since_ms);
    }
    [state] = run(state, [{ type: 'online' }, { type: 'blob_progress', sha256: PHOTO, offset: 5 * CHUNK_BYTES_START }]);
    expect(state.chunk_bytes).toBe(CHUNK_BYTES_START);
  });

  it('H38: half of what was refused is tried, also when that was less than a whole chunk', () => {
    let state = pushed([blob(PHOTO, 2, { size: 40_000 })]);
    [state] = run(state, [{ type: 'blob_problem', sha256: PHOTO, problem: problem(413, null) }]);
    [state] = run(state, [{ type: 'timer' }], state.blobs[0]?.retry_at_ms);
    expect(run(state, [{ type: 'blob_head', sha256: PHOTO, offset: 0 }])[1]).toMatchObject([{ type: 'send_chunk', length: 20_000 }]);
  });

  it('a blob that breaks the server loses its turn to the others', () => {
    const other = 'c'.repeat(64);
    const [state] = run(pushed([blob(PHOTO, 1), blob(other, 2)]), [{ type: 'blob_problem', sha256: PHOTO, problem: problem(502, null) }]);
    const [after, effects] = run(state, [{ type: 'timer' }], state.next_try_ms);
    expect(effects).toMatchObject([{ type: 'send_chunk', sha256: other }]);
    expect(after.blobs).toMatchObject([{ sha256: PHOTO, failures: 1, trouble: null }, { sha256: other, failures: 0 }]);
  });
});

describe('one that poisons', () => {
  const other = 'c'.repeat(64);
  /** Under way, after seven failures. */
  const poisoned = (): SyncState => {
    const state = pushed([blob(PHOTO, 1)]);
    return { ...state, blobs: state.blobs.map((each) => ({ ...each, failures: 7 })) };
  };

  it('a blob that the server chokes on waits alone after eight tries; the others go on', () => {
    const refused = { type: 'blob_problem', sha256: PHOTO, problem: problem(502, null) } as const;
    const [state, effects] = run(poisoned(), [refused]);
    expect(state).toMatchObject({ failures: 0, blobs: [{ failures: 8, trouble: 'http-502' }] });
    expect(effects).toMatchObject([{ type: 'wait' }]);
    const [, then] = run(state, [{ type: 'saved', epoch: 1, events: events(4, 4), blobs: [blob(other, 4)] }]);
    expect(then).toMatchObject([{ type: 'send_sync', from: 4, to: 4 }]);
  });

  it('a blob that kills a line which was well until then: a sync tells whether it was the line', () => {
    const [state, effects] = run(poisoned(), [{ type: 'network_failed', why: 'no_answer' }]);
    expect(effects).toMatchObject([{ type: 'send_sync' }]);
    expect(state.blobs).toMatchObject([{ failures: 8, trouble: 'no-connection' }]);
    const [offline, waits] = run(state, [{ type: 'network_failed', why: 'no_answer' }]);
    expect(kinds(waits)).toEqual(['wait']);
    expect(offline).toMatchObject({ failures: 1, online: false });
  });

  it('a standard that kills the line or the server lets the blobs pass', () => {
    const wanted = { type: 'standards_wanted', digests: [other] } as const;
    const [asking] = run(START, [...booted(events(1, 3), [blob(PHOTO, 2)]), wanted, { type: 'sync_reply', reply: reply(3), receipt_fits: true }]);
    expect(asking.busy).toMatchObject({ kind: 'standard' });
    for (const fault of [
      { type: 'network_failed', why: 'no_answer' },
      { type: 'standard_problem', digest: other, problem: problem(503, null) },
    ] as const) {
      const [state] = run(asking, [fault]);
      expect(run(state, [{ type: 'timer' }], state.next_try_ms)[1]).toMatchObject([{ type: 'send_chunk', sha256: PHOTO }]);
    }
  });
});
