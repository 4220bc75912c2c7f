/**
 * What the engine does when the log was damaged, copied, or met a restored server: rare, and therefore loaded when it is needed.
 *
 * Each of these may be broken off anywhere and done again: what was recorded once more is found by its `event_id`.
 */
import { readEvent } from '../db/blobs';
import { headOf, openEpoch, recordAgain, saveFacts, wholeOf } from '../db/facts';
import { getMeta, NO_SYNC, putMeta } from '../db/meta';
import { readOutbox, type OutboxBlob } from '../db/outbox';
import { voidBlobReceipts } from '../db/receipts';
import type { Head } from '../db/schema';
import type { DrainTools } from './drain';
import type { Effect } from './syncState';

type Tools = Pick<DrainTools, 'store' | 'writer' | 'compose'>;

/** Open the epoch that the server gave, and forget that it is still to be opened. */
export async function openGiven(tools: Tools, { epoch, prior_epoch, acked_seq, reason }: Omit<Extract<Effect, { type: 'open_epoch' }>, 'type'>): Promise<void> {
  const { store, writer, compose } = tools;
  const opening = (before: Head, prior_acked_seq: number, lost: readonly string[]): readonly string[] => {
    const opened = compose('log.opened', { prior_epoch: before.epoch, prior_acked_seq, prior_head: before.hash, reason });
    return lost.length > 0 ? [opened, lostWord(compose, lost)] : [opened];
  };
  await mendLog(tools, prior_epoch, acked_seq);
  await openEpoch(store, writer, epoch, { epoch: prior_epoch, seq: acked_seq }, opening);
  const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
  await putMeta(store.database, 'sync', { ...mark, opening: null });
}

/** What is damaged in one copy is put right from the other, so that as much as can goes on in the new epoch. */
async function mendLog({ store }: Tools, prior_epoch: number, acked_seq: number): Promise<void> {
  const { epoch, seq: end } = await headOf(store);
  for (const older of await store.database.run((db) => db.getAll('events'))) if (older.epoch < epoch) await readEvent(store, older.epoch, older.seq);
  for (let seq = epoch === prior_epoch ? acked_seq + 1 : 1; seq <= end; seq += 1) await readEvent(store, epoch, seq);
}

/** What closed epochs hold goes on in the present one; of what is whole nowhere, the office is told. */
export async function recordOlder({ store, writer, compose }: Tools, epoch: number): Promise<void> {
  const all = await store.database.run((db) => db.getAll('events'));
  for (const event of all) if (event.epoch < epoch) await readEvent(store, event.epoch, event.seq);
  const older = (await store.database.run((db) => db.getAll('events'))).filter((event) => event.epoch < epoch);
  const whole = await wholeOf(store, older);
  await recordAgain(store, writer, whole);
  const here = new Set([...whole, ...all.filter((event) => event.epoch === epoch)].map(({ event_id }) => event_id));
  const lost = older.filter(({ event_id }) => !here.has(event_id)).map((event) => `${event.epoch}/${event.seq}`);
  if (lost.length === 0) return;
  await saveFacts(store, writer, [{ body: lostWord(compose, lost), blobs: [] }]);
}

/** The word of events that are whole nowhere, by their places. */
function lostWord(compose: Tools['compose'], places: readonly string[]): string {
  return compose('storage.lost', { what: 'database', note: `epoch/event ${places.join(', ')}`.slice(0, 1_000) });
}

/** What was acknowledged once, or recorded, and is now whole nowhere: the office is told which part of the log it was. */
export async function reportHole({ store, writer, compose }: Tools, { epoch, from, to }: { epoch: number; from: number; to: number }): Promise<void> {
  // Another page may have written meanwhile; then nothing is missing.
  for (let seq = from; seq <= to; seq += 1) if (await readEvent(store, epoch, seq)) return;
  const lost = compose('storage.lost', { what: 'database', note: `epoch ${epoch}, events ${from} to ${to}` });
  await saveFacts(store, writer, [{ body: lost, blobs: [] }]);
}

/** Blobs that the server wants and that were thought delivered: their old receipts are void. Gives those that are still here. */
export async function wantedAgain({ store }: Tools, sha256s: readonly string[]): Promise<OutboxBlob[]> {
  await voidBlobReceipts(store.database, sha256s);
  const outbox = await readOutbox(store);
  const found = outbox.blobs.filter(({ sha256 }) => sha256s.includes(sha256));
  const missing = sha256s.filter((sha256) => !found.some((blob) => blob.sha256 === sha256));
  const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
  if (missing.length > 0) await putMeta(store.database, 'sync', { ...mark, missing: [...new Set([...mark.missing, ...missing])] });
  return found;
}
