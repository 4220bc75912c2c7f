import { describe, expect, it } from 'vitest';
import { enrolHere, note, openStore, photo } from '../testing/evidence';
import { eventsAfter, headOf, saveFacts } from './facts';
import { keepJobs } from './jobs';
import { NO_SYNC, putMeta, type SyncMark } from './meta';
import { keepReceipt } from './receipts';
import { recover } from './recover';
import { sweep } from './sweep';

const DAY_MS = 24 * 3_600_000;
const THEN = Date.UTC(2026, 10, 1);
const time = (days: number): string => new Date(THEN + days * DAY_MS).toISOString();

function mark(acked: number, days: number): SyncMark {
  return { ...NO_SYNC, server_epoch: 's1', acked: { 1: acked }, acks: [{ epoch: 1, seq: acked, server_time: time(0) }], server_time: time(days) };
}

async function swept(store: ReturnType<typeof openStore>, said: SyncMark): Promise<number> {
  await putMeta(store.database, 'sync', said);
  return sweep(store);
}

/** A note and a photo of one job, both acknowledged on day 0. */
async function worked(stage: string | null) {
  const store = openStore();
  const { writer } = await enrolHere(store);
  const taken = await photo(7);
  await saveFacts(store, writer, [{ body: note(), blobs: [] }, { body: taken.body, blobs: [taken.bytes] }]);
  const receipt = { text: 'r', sig: 's', key_id: 'k' };
  const blob = (days: number): Promise<void> => keepReceipt(store.database, 'blob', taken.sha256, receipt, { server_epoch: 's1', server_time: time(days) });
  const snapshots = stage === null ? [] : [{ job_id: 'job-1', rev: 9, own_seq: 2, fold_v: 1, state: { stage, standards: [] }, people: {} }];
  await keepJobs(store.database, { snapshots, manifest: null, epoch: 1, server_epoch: 's1', fold_v: 1 });
  return { store, taken, blob };
}

describe('letting go of evidence (DESIGN 4.8)', () => {
  it('goes when everything holds: both copies, and the log goes on from its head', async () => {
    const { store, taken, blob } = await worked('sealed');
    await blob(0);
    const head = await headOf(store);
    expect(await swept(store, mark(2, 14))).toBe(2);
    expect(await eventsAfter(store, 1, 0)).toEqual([]);
    expect([...(store.files?.files.keys() ?? [])].filter((path) => !path.startsWith('id/'))).toEqual([]);
    expect(await store.database.run((db) => db.getKey('blobs', taken.sha256))).toBeUndefined();
    expect(await headOf(store)).toEqual(head);
    expect(await recover(store)).toEqual({ outcome: 'kept', events: 0, blobs: 0 });
  });

  it('goes when the job is gone from the manifest', async () => {
    const { store, blob } = await worked(null);
    await blob(0);
    expect(await swept(store, mark(2, 14))).toBe(2);
  });

  it.each(['dispatched', 'on_site', 'finished', 'failed', 'returned'])('stays while the job is %s', async (stage) => {
    const { store, blob } = await worked(stage);
    await blob(0);
    expect(await swept(store, mark(2, 400))).toBe(0);
  });

  it('a photo without its receipt stays, however old, and so does what is younger than the window', async () => {
    const { store, taken, blob } = await worked('sealed');
    expect(await swept(store, mark(2, 400))).toBe(1);
    expect((await eventsAfter(store, 1, 0)).map(({ seq }) => seq)).toEqual([2]);
    await blob(390);
    expect(await swept(store, mark(2, 400))).toBe(0);
    expect(await store.database.run((db) => db.getKey('blobs', taken.sha256))).toBe(taken.sha256);
    expect(await swept(store, mark(2, 404))).toBe(1);
  });

  it('what is not acknowledged stays', async () => {
    const { store, blob } = await worked('sealed');
    await blob(0);
    expect(await swept(store, mark(0, 400))).toBe(0);
    expect(await swept(store, { ...mark(2, 400), acks: [] })).toBe(0);
  });
});
