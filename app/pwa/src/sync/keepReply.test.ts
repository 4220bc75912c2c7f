import { describe, expect, it } from 'vitest';
import { saveFacts } from '../db/facts';
import { heldRevs, promoteUnread, readJobs } from '../db/jobs';
import { getMeta } from '../db/meta';
import { keepReceipt, readReceipts } from '../db/receipts';
import { enrolHere, note, openStore } from '../testing/evidence';
import { acksAfter, keepReply, standardsWanted } from './keepReply';
import type { SyncReply } from './wire';

const AT = '2026-11-22T09:30:00.000Z';
const DIGEST = 'd'.repeat(64);

function reply(more: Partial<SyncReply> = {}): SyncReply {
  const none = { results: [], blobs_wanted: [], manifest: null, jobs: [], more: false, directives: [], receipt: null };
  return { server_epoch: 's1', server_time: AT, challenge: 'c2', access_token: 't', acked_seq: 0, ...none, ...more };
}

function snapshot(job_id: string, rev: number, fold_v = 1): SyncReply['jobs'][number] {
  return { job_id, rev, own_seq: 0, fold_v, state: { standards: [{ standard_id: 's', version: '1', digest: DIGEST }] }, people: {} };
}

describe('what a sync leaves in storage', () => {
  it('S10: snapshots come, and those that the manifest does not name go', async () => {
    const store = openStore();
    await enrolHere(store);
    const kept = { epoch: 1, acked_seq: 0, at: AT, fold_v: 1, reason: 'fork' as const };
    await keepReply(store, { ...kept, reply: reply({ jobs: [snapshot('a', 1), snapshot('b', 2)], manifest: [['a', 1], ['b', 2]] }) });
    expect(heldRevs(await readJobs(store.database), 's1')).toEqual([['a', 1], ['b', 2]]);
    expect(await standardsWanted(store)).toEqual([DIGEST]);
    await keepReply(store, { ...kept, reply: reply({ jobs: [snapshot('b', 3)], manifest: [['b', 3]] }) });
    expect(heldRevs(await readJobs(store.database), 's1')).toEqual([['b', 3]]);
    await keepReply(store, { ...kept, reply: reply({ manifest: null }) });
    expect(await readJobs(store.database)).toHaveLength(1);
    // Revs of another lineage say nothing: all is asked for anew.
    expect(heldRevs(await readJobs(store.database), 's2')).toEqual([]);
  });

  it('S11: an unknown fold_v keeps the last snapshot, is not asked for again, and is read after an update', async () => {
    const store = openStore();
    await enrolHere(store);
    const kept = { epoch: 1, acked_seq: 0, at: AT, fold_v: 1, reason: 'fork' as const };
    await keepReply(store, { ...kept, reply: reply({ jobs: [snapshot('a', 1)] }) });
    await keepReply(store, { ...kept, epoch: 2, reply: reply({ jobs: [snapshot('a', 5, 2)] }) });
    const [job] = await readJobs(store.database);
    expect(job).toMatchObject({ epoch: 1, snapshot: { rev: 1 }, unread: { epoch: 2, snapshot: { rev: 5 } } });
    expect(heldRevs(await readJobs(store.database), 's1')).toEqual([['a', 5]]);
    await promoteUnread(store.database, 2);
    expect((await readJobs(store.database))[0]).toMatchObject({ epoch: 2, snapshot: { rev: 5 }, unread: null });
  });

  it('S6: flagged and quarantined events are noted by their event_id, when the hash is ours', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const saved = await saveFacts(store, writer, [{ body: note(), blobs: [] }, { body: note(), blobs: [] }]);
    const [first, second] = saved.map(({ event }) => event);
    const results = [
      { seq: 1, hash: first?.hash ?? '', status: 'flagged' as const, flags: ['clock_skew'] },
      { seq: 2, hash: 'f'.repeat(64), status: 'quarantined' as const, flags: ['fork'] },
    ];
    await keepReply(store, { epoch: 1, acked_seq: 2, at: AT, fold_v: 1, reason: 'fork' as const, reply: reply({ results, acked_seq: 2 }) });
    const { verdicts } = await readReceipts(store.database);
    expect([...verdicts.keys()]).toEqual([first?.event_id]);
    expect(second).toBeDefined();
  });

  it('S9: a given epoch is remembered until it is open, for its number is given once', async () => {
    const store = openStore();
    await enrolHere(store);
    const kept = { epoch: 1, acked_seq: 4, at: AT, fold_v: 1, reason: 'fork' as const };
    await keepReply(store, { ...kept, reply: reply({ directives: [{ new_epoch: 3 }] }) });
    await keepReply(store, { ...kept, reply: reply() });
    expect(await getMeta(store.database, 'sync')).toMatchObject({ opening: { epoch: 3, prior_epoch: 1, acked_seq: 4, reason: 'fork' }, challenge: 'c2' });
  });
});

describe('S17: after a restore', () => {
  it('nothing that the former lineage said counts: acknowledgements, their times, receipts of photos, snapshots', async () => {
    const store = openStore();
    await enrolHere(store);
    const kept = { epoch: 1, at: AT, fold_v: 1, reason: 'restore' as const };
    await keepReply(store, { ...kept, acked_seq: 9, reply: reply({ acked_seq: 9, jobs: [snapshot('a', 4)], manifest: [['a', 4]] }) });
    await keepReply(store, { ...kept, epoch: 2, acked_seq: 5, reply: reply({ acked_seq: 5 }) });
    const receipt = { text: 't', sig: 's', key_id: 'k' };
    await keepReceipt(store.database, 'blob', 'old', receipt, { server_epoch: 's1', server_time: AT });
    await keepReceipt(store.database, 'blob', 'new', receipt, { server_epoch: 's2', server_time: AT });
    await keepReply(store, { ...kept, epoch: 2, acked_seq: 3, reply: reply({ server_epoch: 's2', acked_seq: 3 }) });
    const mark = await getMeta(store.database, 'sync');
    expect(mark).toMatchObject({ server_epoch: 's2', acked: { 2: 3 }, acks: [{ epoch: 2, seq: 3 }] });
    expect([...(mark ? Object.keys(mark.acked) : [])]).toEqual(['2']);
    expect([...(await readReceipts(store.database)).blobs.keys()]).toEqual(['new']);
    expect(heldRevs(await readJobs(store.database), 's2')).toEqual([]);
    expect(await readJobs(store.database)).toHaveLength(1);
  });
});

describe('since when something is held', () => {
  const ack = (seq: number, minute: number, epoch = 1) => ({ epoch, seq, server_time: new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString() });

  it('never says an earlier time than the true one', () => {
    const told = [ack(1, 0), ack(5, 10), ack(9, 20), ack(12, 90), ack(12, 300), ack(2, 310, 2)];
    let acks: ReturnType<typeof acksAfter> = [];
    for (const next of told) acks = acksAfter(acks, next);
    for (let seq = 1; seq <= 12; seq += 1) {
      const truth = told.find((entry) => entry.epoch === 1 && entry.seq >= seq);
      const noted = acks.find((entry) => entry.epoch === 1 && entry.seq >= seq);
      expect(Date.parse(noted?.server_time ?? '')).toBeGreaterThanOrEqual(Date.parse(truth?.server_time ?? ''));
    }
    expect(acks.length).toBeLessThan(told.length);
  });

  it('forgets what a restored server no longer holds', () => {
    expect(acksAfter([ack(5, 0), ack(9, 70)], ack(6, 80))).toEqual([ack(5, 0), ack(6, 80)]);
  });
});
