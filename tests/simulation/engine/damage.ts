/** Evidence that changes at rest. Only one of the two copies is ever hurt, and only where the other one is whole. */
import { openDB, type IDBPDatabase } from 'idb';
import { readEventFile } from '../../../app/pwa/src/db/blobs';
import { sha256 } from '../../../app/pwa/src/db/digest';
import { eventFile, type EvidenceStore } from '../../../app/pwa/src/db/evidence';
import type { PhoneSchema, StoredEvent } from '../../../app/pwa/src/db/schema';
import type { Phone } from './phone';

type Raw = IDBPDatabase<PhoneSchema>;

/** Past all gates, as a failing flash chip works. */
async function raw<T>(phone: Phone, work: (db: Raw) => Promise<T>): Promise<T> {
  const db = await openDB<PhoneSchema>(phone.disk.name, 1);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** Change, cut or remove one record of the database whose file is whole. False when there is none. */
export async function hurtDatabase(phone: Phone): Promise<boolean> {
  const { draw } = phone;
  return raw(phone, async (db) => {
    const events = await db.getAll('events');
    if (events.length === 0) return false;
    const event = draw.from(events);
    const blob = event.blobs.length > 0 && draw.is(0.6) ? draw.from(event.blobs) : null;
    if (blob !== null) {
      if (!(await holdsBlob(phone, blob))) return false;
      const bytes = await db.get('blobs', blob);
      if (!bytes || draw.is(0.3)) await db.delete('blobs', blob);
      else await db.put('blobs', changed(phone, bytes), blob);
      return true;
    }
    if (!(await holdsEvent(phone, event))) return false;
    await db.put('events', { ...event, body: event.body.replace('"v":1', '"v":7') }, [event.epoch, event.seq]);
    return true;
  });
}

/** Change, cut or remove one file. */
export function hurtFiles(phone: Phone): boolean {
  const { draw, disk } = phone;
  const paths = [...disk.files.keys()];
  if (paths.length === 0) return false;
  const path = draw.from(paths);
  const bytes = disk.files.get(path);
  if (!bytes || draw.is(0.4)) disk.files.delete(path);
  else disk.files.set(path, changed(phone, bytes));
  return true;
}

/** A browser that silently begins a new database, or "clear data" that spared the files. False when the files lack anything. */
export async function emptyDatabase(phone: Phone): Promise<boolean> {
  return raw(phone, async (db) => {
    const events = await db.getAll('events');
    for (const event of events) {
      if (!(await holdsEvent(phone, event))) return false;
      for (const blob of event.blobs) if (!(await holdsBlob(phone, blob))) return false;
    }
    await Promise.all([...db.objectStoreNames].map((name) => db.clear(name)));
    return true;
  });
}

function changed(phone: Phone, bytes: ArrayBuffer): ArrayBuffer {
  const copy = new Uint8Array(bytes.slice(0));
  if (copy.length > 1 && phone.draw.is(0.4)) return copy.slice(0, phone.draw.below(copy.length)).buffer;
  copy[phone.draw.below(copy.length)]! ^= 1 << phone.draw.below(8);
  return copy.buffer;
}

async function holdsBlob(phone: Phone, name: string): Promise<boolean> {
  const bytes = phone.disk.files.get(`bl/${name}`);
  return bytes !== undefined && (await sha256(new Uint8Array(bytes))) === name;
}

async function holdsEvent(phone: Phone, event: StoredEvent): Promise<boolean> {
  const files = { read: async (folder: string, name: string) => phone.disk.files.get(`${folder}/${name}`) ?? null };
  return (await readEventFile({ files, sha256 } as unknown as EvidenceStore, eventFile(event))) !== null;
}
