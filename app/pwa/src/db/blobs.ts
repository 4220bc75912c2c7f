/** Reading evidence back: every read is checked against the hash, and a bad copy is put right from the other one. */
import { isIntact } from './chain';
import { finished } from './database';
import { digestOf } from './digest';
import { eventFile, type EvidenceStore } from './evidence';
import { encoded, writeFile } from './facts';
import { getMeta } from './meta';
import type { StoredEvent } from './schema';

/** The bytes of a blob, or null when neither copy is whole. One unreadable record must not stop the others. */
export async function readBlob(store: EvidenceStore, sha256: string): Promise<ArrayBuffer | null> {
  const first = await store.database.run((db) => db.get('blobs', sha256)).catch(() => undefined);
  if (first && (await digestOf(first)) === sha256) return first;
  const second = await readFileSafely(store, 'bl', sha256);
  if (!second || (await digestOf(second)) !== sha256) return null;
  await store.database
    .run((db) => {
      const tx = db.transaction('blobs', 'readwrite', { durability: 'strict' });
      return finished(tx.done, [tx.store.put(second, sha256)]);
    })
    .catch(() => undefined);
  return second;
}

/** One own event, or null when neither copy is whole. */
export async function readEvent(store: EvidenceStore, epoch: number, seq: number): Promise<StoredEvent | null> {
  let given = true;
  const first = await store.database
    .run((db) => db.get('events', [epoch, seq]))
    .catch(() => {
      given = false;
      return undefined;
    });
  if (first && (await isIntact(store.sha256, first))) return first;
  const second = await fileOf(store, epoch, seq, first);
  // A record that the database would not give may be whole.
  if (!second || !given) return second;
  await store.database
    .run((db) => {
      const tx = db.transaction('events', 'readwrite', { durability: 'strict' });
      return finished(tx.done, [tx.store.put(second, [epoch, seq])]);
    })
    .catch(() => undefined);
  return second;
}

/**
 * The file of the event at a place of this phone's log. Others may bear that place's name: of a log whose key was lost, and of an event
 * that was taken back. So it is the one that the record names, or else what stands behind it.
 */
async function fileOf(store: EvidenceStore, epoch: number, seq: number, record: StoredEvent | undefined): Promise<StoredEvent | null> {
  const names = (await store.files?.names('ev').catch(() => [])) ?? [];
  const found: StoredEvent[] = [];
  for (const name of names) {
    const event = name.startsWith(`${epoch}-${seq}-`) ? await readEventFile(store, name) : null;
    if (event) found.push(event);
  }
  if (found.length === 0) return null;
  const device_id = record?.device_id ?? (await getMeta(store.database, 'identity').catch(() => null))?.device_id;
  const own = found.filter((event) => event.device_id === device_id);
  const named = new Set([record?.hash, ...(await hashesBehind(store, epoch, seq).catch(() => []))]);
  return own.find(({ hash }) => named.has(hash)) ?? (own.length === 1 ? (own[0] ?? null) : null);
}

/** What the event at a place has to be: the head, or what the next one follows. */
async function hashesBehind(store: EvidenceStore, epoch: number, seq: number): Promise<string[]> {
  const [head, next] = [await getMeta(store.database, 'head'), await store.database.run((db) => db.get('events', [epoch, seq + 1]))];
  return [...(head?.epoch === epoch && head.seq === seq ? [head.hash] : []), ...(next ? [next.prev] : [])];
}

/** Whether an event that is whole names the blob. Where none does, the office knows nothing of it, and takes it from nobody. */
export async function isNamed(store: EvidenceStore, sha256: string): Promise<boolean> {
  for (const { epoch, seq, blobs } of await store.database.run((db) => db.getAll('events'))) {
    if (blobs.includes(sha256) && (await readEvent(store, epoch, seq))) return true;
  }
  return false;
}

/** The event in a file, or null when the file is torn or is not what its name says. */
export async function readEventFile(store: EvidenceStore, name: string): Promise<StoredEvent | null> {
  const bytes = await readFileSafely(store, 'ev', name);
  if (!bytes) return null;
  try {
    const event = JSON.parse(new TextDecoder().decode(bytes)) as StoredEvent;
    return eventFile(event) === name && (await isIntact(store.sha256, event)) ? event : null;
  } catch {
    return null;
  }
}

/**
 * Write the second copy of whatever has only one. Returns how many files it made. What a page takes for missing may be there, since it
 * could not read what there is: a damaged record must not be written over a good file.
 */
export async function fileAll(store: EvidenceStore, events: readonly StoredEvent[]): Promise<number> {
  const before = store.filed.size;
  for (const event of events) {
    const name = eventFile(event);
    const whole = store.filed.has(`ev/${name}`) ? null : await readEvent(store, event.epoch, event.seq);
    if (whole) await writeFile(store, 'ev', eventFile(whole), encoded(whole));
    for (const sha256 of event.blobs) {
      if (store.filed.has(`bl/${sha256}`)) continue;
      const bytes = await readBlob(store, sha256);
      if (bytes) await writeFile(store, 'bl', sha256, bytes);
    }
  }
  return store.filed.size - before;
}

/**
 * Hold both copies of what the office has not got against their hashes, one at a time, and put either right from the other.
 *
 * @returns what is whole in neither place: `<epoch>-<seq>` of events, SHA-256 of blobs.
 */
export async function mend(store: EvidenceStore, events: readonly StoredEvent[]): Promise<string[]> {
  const damaged: string[] = [];
  for (const { epoch, seq, blobs } of events) {
    const event = await readEvent(store, epoch, seq);
    if (event) await mendFile(store, 'ev', eventFile(event), encoded(event), (await readEventFile(store, eventFile(event))) !== null);
    else damaged.push(`${epoch}-${seq}`);
    for (const sha256 of blobs) {
      const bytes = await readBlob(store, sha256);
      const second = bytes && (await readFileSafely(store, 'bl', sha256));
      if (bytes) await mendFile(store, 'bl', sha256, bytes, second !== null && (await digestOf(second)) === sha256);
      else damaged.push(sha256);
    }
  }
  return damaged;
}

async function mendFile(store: EvidenceStore, folder: 'ev' | 'bl', name: string, bytes: ArrayBuffer, whole: boolean): Promise<void> {
  if (whole) store.filed.add(`${folder}/${name}`);
  else store.filed.delete(`${folder}/${name}`);
  await writeFile(store, folder, name, bytes);
}

async function readFileSafely(store: EvidenceStore, folder: 'ev' | 'bl', name: string): Promise<ArrayBuffer | null> {
  try {
    return (await store.files?.read(folder, name)) ?? null;
  } catch {
    return null;
  }
}
