/** Another branch of one's own log at the server: a copied profile, a log set back, a restored database. */
import { describe, expect, it } from 'vitest';
import { booted, events, kinds, NOW, PHOTO, problem, pushed, reply, run, type Told } from '../testing/machine';
import { START } from './syncState';

const RECEIPT = { text: 'r', sig: 's', key_id: 'k' };

describe('two branches of one log', () => {
  it('S9: a server that has more of this log than the phone hears of it, which makes the fork that a new epoch is given for', () => {
    const [idle] = run(pushed([]), [{ type: 'manual' }]);
    const ahead = problem(401, 'seal-invalid', { challenge: 'c9', acked_seq: 5, server_epoch: 's1' });
    const [, effects] = run(idle, [{ type: 'sync_problem', problem: ahead }]);
    expect(effects.at(-1)).toEqual({ type: 'report_hole', epoch: 1, acked_seq: 3, from: 4, to: 5 });
    const [, also] = run(idle, [{ type: 'sync_reply', reply: reply(5), receipt_fits: false }]);
    expect(also).toEqual([{ type: 'report_hole', epoch: 1, acked_seq: 3, from: 4, to: 5 }]);
  });

  it('S9: where the server has another event and ours is whole nowhere, the one that follows upon ours shows the fork', () => {
    const foreign = { type: 'sync_reply', reply: reply(3, { receipt: RECEIPT }), receipt_fits: false } as const;
    const broken = { type: 'event_unreadable', seq: 3 } as const;
    const [, effects] = run(START, [...booted(events(1, 4)), broken, foreign, broken]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 4, to: 4, acked_seq: 0 }]);
    // With nothing behind it, that is the report of the loss; none of what stands before counts as acknowledged for it.
    const [, report] = run(START, [...booted(events(1, 3)), broken, foreign, broken]);
    expect(report).toEqual([{ type: 'report_hole', epoch: 1, acked_seq: 0, from: 3, to: 3 }]);
  });

  it('S9: a server that has more of this log is first shown all that waits: the branches may part before its end here', () => {
    const foreign = { type: 'sync_reply', reply: reply(70, { receipt: RECEIPT }), receipt_fits: false } as const;
    let [state, effects] = run(START, [...booted(events(1, 52)), foreign]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 51, to: 51 }]);
    [state, effects] = run(state, [foreign]);
    expect(effects).toMatchObject([{ type: 'send_sync', from: 52, to: 52 }]);
    [state, effects] = run(state, [foreign]);
    expect(effects).toEqual([{ type: 'report_hole', epoch: 1, acked_seq: 0, from: 53, to: 70 }]);
    expect(state.acked_seq).toBe(0);
  });

  it('S9, L7: a fork opens the given epoch with everything from the fork on', () => {
    const results = [2, 3].map((seq) => ({ seq, hash: PHOTO, status: 'quarantined' as const, flags: ['fork'] }));
    const forked = reply(8, { results, directives: [{ new_epoch: 2 }] });
    let [state, effects] = run(START, [...booted(), { type: 'sync_reply', reply: forked, receipt_fits: false }]);
    expect(effects.at(-1)).toEqual({ type: 'open_epoch', epoch: 2, prior_epoch: 1, acked_seq: 0, reason: 'fork' });
    expect(run(state, [{ type: 'manual' }])[1]).toEqual([]);
    [state, effects] = run(state, [{ type: 'epoch_opened', epoch: 2, acked_seq: 0, head_seq: 3, waiting: events(1, 3), blobs: [] }]);
    expect(effects).toMatchObject([{ type: 'send_sync', epoch: 2, from: 1, to: 3 }]);
  });

  it('S9: as many events there as here and another one at the end: our own, sent again, shows the fork to an idle phone', () => {
    const invalid = { type: 'sync_problem', problem: problem(401, 'seal-invalid', { challenge: 'c9', acked_seq: 3, server_epoch: 's1' }) } as const;
    const [state, effects] = run(pushed([]), [{ type: 'manual' }, invalid, invalid]);
    expect(effects).toMatchObject([{ type: 'keep_challenge' }, { type: 'send_sync', from: 3, to: 3 }]);
    expect(kinds(run(state, [invalid, invalid])[1])).toEqual(['keep_challenge', 'wait']);
  });

  it('S16: two damaged events behind another branch: what the server has is not counted as filling the hole', () => {
    const broken = (seq: number): Told => ({ type: 'event_unreadable', seq });
    const foreign = { type: 'sync_reply', reply: reply(3, { receipt: RECEIPT }), receipt_fits: false } as const;
    const gap = { type: 'sync_reply', reply: reply(3, { results: [{ seq: 5, hash: PHOTO, status: 'gap', flags: [] }] }), receipt_fits: false } as const;
    const [, effects] = run(START, [...booted(events(1, 5)), broken(2), foreign, broken(3), broken(4), gap]);
    // What follows is missing as well, and more stands behind it: only from the end of the log is the hole seen.
    expect(run(START, [...booted(events(1, 8)), broken(4), foreign, broken(3)])[1]).toMatchObject([{ type: 'send_sync', from: 8, to: 8 }]);
    // Of 4 and 5 it holds one: fewer than lie between what the server has and the end of this batch.
    expect(effects).toMatchObject([{ type: 'send_sync', from: 5, to: 5, pending: { events: 1 } }]);
  });

  it('S17: a restored server that says, without a receipt, that it has less: from there on is sent, and its word counts for nothing', () => {
    const less = { type: 'sync_reply', reply: reply(2, { server_epoch: 's2' }), receipt_fits: false } as const;
    const [state, effects] = run(pushed([]), [{ type: 'saved', epoch: 1, events: events(4, 5), blobs: [] }, less]);
    expect(effects).toEqual([{ type: 'read_log', epoch: 1, acked_seq: 2 }]);
    expect(state.server_epoch).toBe('s1');
  });

  it('S16, S17: a restored server has less than it said before: the hole before what waits is shown all the same', () => {
    const said = { type: 'sync_reply', reply: reply(2), receipt_fits: false } as const;
    const less = { type: 'sync_reply', reply: reply(1, { server_epoch: 's2', results: [{ seq: 3, hash: PHOTO, status: 'gap', flags: [] }] }), receipt_fits: false } as const;
    const [, first] = run(START, [...booted(events(1, 6)), { type: 'sync_reply', reply: reply(1, { receipt: RECEIPT }), receipt_fits: true }, { type: 'event_unreadable', seq: 2 }, said]);
    expect(first).toMatchObject([{ type: 'send_sync', from: 3, to: 6 }]);
    const [state] = run(START, [...booted(events(1, 6)), { type: 'sync_reply', reply: reply(1, { receipt: RECEIPT }), receipt_fits: true }, { type: 'event_unreadable', seq: 2 }, said, less]);
    expect(state.said_seq).toBe(1);
    expect(run({ ...state, next_try_ms: 0 }, [{ type: 'timer' }], NOW + 1)[1]).toMatchObject([{ type: 'send_sync', from: 6, to: 6 }]);
  });

  it('S9, S17: a fork in a restored server: what the other branch has there was not ours to count', () => {
    const results = [{ seq: 4, hash: PHOTO, status: 'quarantined' as const, flags: ['fork'] }];
    const forked = reply(3, { server_epoch: 's2', results, directives: [{ new_epoch: 2 }], receipt: RECEIPT });
    const more = { type: 'saved', epoch: 1, events: events(4, 4), blobs: [] } as const;
    const [, effects] = run(pushed([]), [more, { type: 'sync_reply', reply: forked, receipt_fits: false }]);
    expect(effects.map((effect) => [effect.type, 'acked_seq' in effect ? effect.acked_seq : null])).toEqual([['record_older', null], ['keep_reply', 0], ['open_epoch', 0]]);
  });
});
