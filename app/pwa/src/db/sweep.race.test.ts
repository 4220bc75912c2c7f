/** Another page changes what is known while a deletion stands still: frozen, robbed of its lock, and let go on. */
import { expect, it } from 'vitest';
import { body, enrolHere, note, openStore, photo } from '../testing/evidence';
import type { Database } from './database';
import type { EvidenceStore } from './evidence';
import { eventsAfter, saveFacts } from './facts';
import type { Files } from './files';
import { keepJobs } from './jobs';
import { NO_SYNC, putMeta } from './meta';
import { keepReceipt, voidBlobReceipts } from './receipts';
import { sweep } from './sweep';

const DAY_MS = 24 * 3_600_000;
const time = (days: number): string => new Date(Date.UTC(2026, 10, 1) + days * DAY_MS).toISOString();
const RECEIPT = { text: 'r', sig: 's', key_id: 'k' };

type Store = ReturnType<typeof openStore>;
type Other = (store: Store, taken: Awaited<ReturnType<typeof photo>>, writer: Awaited<ReturnType<typeof enrolHere>>['writer']) => Promise<unknown>;

/** What the office said of a job by its stage, and the notes and photos of it that are all there and old. */
async function worked(): Promise<{ store: Store; taken: Awaited<ReturnType<typeof photo>>; writer: Awaited<ReturnType<typeof enrolHere>>['writer'] }> {
  const store = openStore();
  const { writer } = await enrolHere(store);
  const taken = await photo(7);
  await saveFacts(store, writer, [{ body: note(), blobs: [] }, { body: taken.body, blobs: [taken.bytes] }]);
  await keepReceipt(store.database, 'blob', taken.sha256, RECEIPT, { server_epoch: 's1', server_time: time(0) });
  await stage(store, 'sealed');
  await putMeta(store.database, 'sync', { ...NO_SYNC, server_epoch: 's1', acked: { 1: 2 }, acks: [{ epoch: 1, seq: 2, server_time: time(0) }], server_time: time(40) });
  return { store, taken, writer };
}

const stage = (store: Store, name: string): Promise<void> =>
  keepJobs(store.database, {
    snapshots: [{ job_id: 'job-1', rev: 9, own_seq: 2, fold_v: 1, state: { stage: name, standards: [] }, people: {} }],
    manifest: null,
    epoch: 1,
    server_epoch: 's1',
    fold_v: 1,
  });

/** A page that stands still before its `at`-th operation of storage until `meanwhile` has happened. */
function frozenAt(store: Store, at: number, meanwhile: () => Promise<unknown>): { page: EvidenceStore; operations: () => number } {
  let count = 0;
  const before = async <T>(work: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count === at) await meanwhile();
    return work();
  };
  const database = { run: (work) => before(() => store.database.run(work)) } as Database;
  const files = store.files as Files;
  const slow: Files = {
    names: (folder) => before(() => files.names(folder)),
    read: (folder, name) => before(() => files.read(folder, name)),
    write: (folder, name, bytes) => before(() => files.write(folder, name, bytes)),
    remove: (folder, name) => before(() => files.remove(folder, name)),
  };
  return { page: { ...store, database, files: slow }, operations: () => count };
}

const OTHERS: Record<string, Other> = {
  'the office was restored and has none of it': (store) => putMeta(store.database, 'sync', { ...NO_SYNC, server_epoch: 's2', server_time: time(40) }),
  'the office asks for the photo again': (store, { sha256 }) => voidBlobReceipts(store.database, [sha256]),
  'the job was sent back': (store) => stage(store, 'returned'),
  'the same photo was recorded once more': (store, { sha256, bytes }, writer) => {
    const data = { photo_id: 'again', role: 'other', sha256, size: bytes.byteLength, mime: 'image/jpeg', w: 10, h: 10, source: 'file' };
    return saveFacts({ ...store, filed: new Set(), exclusively: (_, work) => work() }, writer, [{ body: body('photo.captured', data), blobs: [bytes] }]);
  },
};

it.each(Object.entries(OTHERS))('H51, H63: what may not go any more stays in both copies, wherever the page stood still: %s', async (why, other) => {
  const undisturbed = frozenAt((await worked()).store, 0, async () => undefined);
  expect(await sweep(undisturbed.page)).toBe(2);
  let stayed = 0;
  for (let at = 1; at <= undisturbed.operations(); at += 1) {
    const { store, taken, writer } = await worked();
    let there: string[] = [];
    const meanwhile = async (): Promise<void> => {
      await other(store, taken, writer);
      there = (await named(store)).filter((name) => !why.includes('photo') || concerns(name, taken.sha256));
    };
    await sweep(frozenAt(store, at, meanwhile).page);
    const left = await named(store);
    expect(left, `before operation ${at}`).toEqual(expect.arrayContaining(there));
    for (const name of left) expect(await inBoth(store, name), `${name}, before operation ${at}`).toBe(true);
    stayed += there.length > 0 ? 1 : 0;
  }
  expect(stayed).toBeGreaterThan(1);
});

/** The photo, and the events that name it: the one of the note may go in any case. */
function concerns(name: string, sha256: string): boolean {
  return name === `blob ${sha256}` || name === 'event 3';
}

/** The events and blobs that the database has. */
async function named(store: Store): Promise<string[]> {
  const blobs = await store.database.run((db) => db.getAllKeys('blobs'));
  return [...(await eventsAfter(store, 1, 0)).map(({ seq }) => `event ${seq}`), ...blobs.map((sha256) => `blob ${sha256}`)];
}

async function inBoth(store: Store, name: string): Promise<boolean> {
  const [what, id] = name.split(' ');
  const paths = [...(store.files?.files.keys() ?? [])];
  return paths.some((path) => (what === 'event' ? path.startsWith(`ev/1-${id}-`) : path === `bl/${id}`));
}
