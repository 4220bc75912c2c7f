/** Reading evidence back: every read is checked against the hash, and a bad copy is put right from the other one. */
import { isIntact } from './chain';
import { finished } from './database';
import { digestOf } from './digest';
import { eventFile, type EvidenceStore } from './evidence';
import { encoded, writeFile } from './facts';
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
  const first = await store.database.run((db) => db.get('events', [epoch, seq])).catch(() => undefined);
  if (first && (await isIntact(store.sha256, first))) return first;
  for (const path of store.filed) {
    if (!path.startsWith(`ev/${epoch}-${seq}-`)) continue;
    const second = await readEventFile(store, path.slice('ev/'.length));
    if (second && second.epoch === epoch && second.seq === seq && (!first || second.device_id === first.device_id)) return second;
  }
  return null;
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

/** Write the second copy of whatever has only one. Returns how many files it made. */
export async function fileAll(store: EvidenceStore, events: readonly StoredEvent[]): Promise<number> {
  const before = store.filed.size;
  for (const event of events) {
    await writeFile(store, 'ev', eventFile(event), encoded(event));
    for (const sha256 of event.blobs) {
      if (store.filed.has(`bl/${sha256}`)) continue;
      const bytes = await readBlob(store, sha256);
      if (bytes) await writeFile(store, 'bl', sha256, bytes);
    }
  }
  return store.filed.size - before;
}

async function readFileSafely(store: EvidenceStore, folder: 'ev' | 'bl', name: string): Promise<ArrayBuffer | null> {
  try {
    return (await store.files?.read(folder, name)) ?? null;
  } catch {
    return null;
  }
}
