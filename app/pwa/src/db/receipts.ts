/** What the server gave its word for. */
import { finished, type Database } from './database';
import type { Receipt, StoredReceipt } from './schema';

export interface Verdict {
  readonly event_id: string;
  readonly status: 'flagged' | 'quarantined';
  readonly flags: readonly string[];
}

export interface ReceiptsHeld {
  /** Blob digest to the server's time of its receipt. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Events that the office will look at, by event_id. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

export async function readReceipts(database: Database): Promise<ReceiptsHeld> {
  const [keys, values] = await database.run((db) => Promise.all([db.getAllKeys('receipts'), db.getAll('receipts')]));
  return receiptsIn(keys, values);
}

export function receiptsIn(keys: readonly string[], values: readonly StoredReceipt[]): ReceiptsHeld {
  const blobs = new Map<string, string>();
  const verdicts = new Map<string, Verdict>();
  values.forEach((value, at) => {
    const name = (keys[at] ?? '').slice(value.about.length + 1);
    if (value.about === 'blob') blobs.set(name, value.server_time);
    if (value.about === 'event') verdicts.set(name, { event_id: name, status: value.status, flags: value.flags });
  });
  return { blobs, verdicts };
}

export async function keepReceipt(database: Database, about: 'blob' | 'log', name: string, receipt: Receipt, server: Server): Promise<void> {
  const value: StoredReceipt = { schema: 1, about, receipt, ...server };
  await database.run((db) => {
    const tx = db.transaction('receipts', 'readwrite', { durability: 'strict' });
    return finished(tx.done, [tx.store.put(value, `${about}:${name}`)]);
  });
}

/** The lineage and the time of the server's database when it gave its word. */
export interface Server {
  readonly server_epoch: string;
  readonly server_time: string;
}

export async function keepVerdicts(database: Database, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await database.run((db) => {
    const tx = db.transaction('receipts', 'readwrite');
    const puts = verdicts.map(({ event_id, status, flags }) => tx.store.put({ schema: 1, about: 'event', status, flags }, `event:${event_id}`));
    return finished(tx.done, puts);
  });
}

/** What a database said that was replaced by a backup says nothing about the backup: the photos are offered again. */
export async function voidOtherLineages(database: Database, server_epoch: string): Promise<void> {
  await database.run(async (db) => {
    const tx = db.transaction('receipts', 'readwrite', { durability: 'strict' });
    const keys = await tx.store.getAllKeys();
    const values = await tx.store.getAll();
    const other = keys.filter((_, at) => {
      const value = values[at];
      return value?.about === 'blob' && value.server_epoch !== server_epoch;
    });
    await finished(
      tx.done,
      other.map((key) => tx.store.delete(key)),
    );
  });
}

/** A restored server asks again for what it once had: its old receipt says nothing any more. */
export async function voidBlobReceipts(database: Database, names: readonly string[]): Promise<void> {
  await database.run((db) => {
    const tx = db.transaction('receipts', 'readwrite');
    return finished(
      tx.done,
      names.map((name) => tx.store.delete(`blob:${name}`)),
    );
  });
}
