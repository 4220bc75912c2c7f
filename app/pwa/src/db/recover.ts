/**
 * What boot does before anything else: hold the two copies against each other.
 *
 * A browser can replace a damaged database by an empty one without a word (seen in Chromium), and can lose the files
 * alone. Whatever one copy has and the other lacks is put back. Only the key cannot be: when it is gone, the events wait in
 * the store `recovered` until this phone is enrolled again.
 */
import { toB64, ZERO_HASH } from '../domain/log';
import { readEvent, readEventFile } from './blobs';
import { envelopeIn } from './chain';
import { finished } from './database';
import { digestOf } from './digest';
import type { EvidenceStore } from './evidence';
import { asJson, asMeta, getMeta, putMeta, type Former, type Identity, type Install } from './meta';
import type { Head, StoredEvent } from './schema';

export interface Recovery {
  /** `new`: nobody was here before. `kept`: all is as it was, or was put back. `lost`: the key is gone. */
  readonly outcome: 'new' | 'kept' | 'lost';
  /** What came back from the second copy, and what waits for another enrolment. */
  readonly events: number;
  readonly blobs: number;
}

interface Filed {
  readonly install: Install | null;
  readonly identity: Identity | null;
  readonly events: readonly string[];
  readonly blobs: readonly string[];
}

interface Held {
  readonly install: Install | null;
  readonly identity: Identity | null;
  readonly has_key: boolean;
  readonly head: Head | null;
}

const INSTALL_FILE = 'install.json';

export async function recover(store: EvidenceStore): Promise<Recovery> {
  return store.exclusively('log', async () => {
    const filed = await readFiles(store);
    const held = await readHeld(store);
    for (const name of filed?.events ?? []) store.filed.add(`ev/${name}`);
    for (const name of filed?.blobs ?? []) store.filed.add(`bl/${name}`);
    if (held.install?.filed && filed && !filed.install && held.identity) await putMeta(store.database, 'files_lost', true);
    const blobs = await restoreBlobs(store, filed?.blobs ?? []);
    const events = await restoreEvents(store, filed?.events ?? [], held);
    const former = await noteLostKey(store, held, filed);
    await writeInstall(store, held, filed);
    if (held.identity && held.has_key) return { outcome: 'kept', events, blobs };
    const waiting = (await store.database.run((db) => db.count('recovered'))) + (await lateCount(store));
    return { outcome: former || waiting > 0 ? 'lost' : 'new', events: waiting, blobs };
  });
}

/** Who this storage belongs to, in both copies; again after an enrolment. */
export async function fileIdentity(store: EvidenceStore, identity: Identity | null): Promise<void> {
  const install = await getMeta(store.database, 'install');
  if (!install || !store.files) return;
  const text = JSON.stringify({ install, identity });
  await store.files.write('id', INSTALL_FILE, new TextEncoder().encode(text).buffer).catch(() => undefined);
}

/** null when there are no files to read, or they cannot be read now: that is no proof that they are gone. */
async function readFiles(store: EvidenceStore): Promise<Filed | null> {
  if (!store.files) return null;
  try {
    const bytes = await store.files.read('id', INSTALL_FILE);
    const whose = bytes ? readInstall(bytes) : null;
    const [events, blobs] = [await store.files.names('ev'), await store.files.names('bl')];
    return { install: whose?.install ?? null, identity: whose?.identity ?? null, events, blobs };
  } catch {
    return null;
  }
}

/** A torn file still says that somebody was here, but not who. */
function readInstall(bytes: ArrayBuffer): { install: Install; identity: Identity | null } {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as { install: Install; identity: Identity | null };
  } catch {
    return { install: { install_id: 'unreadable', filed: true }, identity: null };
  }
}

async function lateCount(store: EvidenceStore): Promise<number> {
  return (await store.files?.names('late').catch(() => []))?.length ?? 0;
}

async function readHeld(store: EvidenceStore): Promise<Held> {
  const [install, identity, head] = [
    await getMeta(store.database, 'install'),
    await getMeta(store.database, 'identity'),
    await getMeta(store.database, 'head'),
  ];
  return { install, identity, head, has_key: identity !== null && (await hasKey(store)) };
}

/** A browser that cannot read a stored key back gives null. It is asked twice, because much follows from the answer. */
async function hasKey(store: EvidenceStore): Promise<boolean> {
  if (await store.database.run((db) => db.get('keys', 'device'))) return true;
  await store.database.close();
  return Boolean(await store.database.run((db) => db.get('keys', 'device')));
}

async function restoreBlobs(store: EvidenceStore, names: readonly string[]): Promise<number> {
  const held = new Set(await store.database.run((db) => db.getAllKeys('blobs')));
  let restored = 0;
  for (const name of names) {
    if (held.has(name)) continue;
    const bytes = await store.files?.read('bl', name).catch(() => null);
    if (!bytes || (await digestOf(bytes)) !== name) {
      // Torn by a kill before it was saved, or damaged: no copy to rely on.
      store.filed.delete(`bl/${name}`);
      continue;
    }
    await store.database.run((db) => {
      const tx = db.transaction('blobs', 'readwrite', { durability: 'strict' });
      return finished(tx.done, [tx.store.put(bytes, name)]);
    });
    restored += 1;
  }
  return restored;
}

/** Put back what the database lacks: own events into the log, those of another key into `recovered`. */
async function restoreEvents(store: EvidenceStore, names: readonly string[], held: Held): Promise<number> {
  const here = await store.database.run((db) => db.getAll('events'));
  // The screens read bodies as they are; the hash of each is looked at when it is sent.
  for (const { epoch, seq, body } of here) if (envelopeIn(body) === null) await readEvent(store, epoch, seq);
  const known = new Set(here.map((event) => `${event.epoch}-${event.seq}-${event.hash}.json`));
  const aside = new Set(await getMeta(store.database, 'set_aside'));
  const waiting = new Set(await store.database.run((db) => db.getAllKeys('recovered')));
  const found: StoredEvent[] = [];
  for (const name of names) {
    if (known.has(name) || aside.has(name) || waiting.has(name)) continue;
    const event = await readEventFile(store, name);
    if (event) found.push(event);
    else store.filed.delete(`ev/${name}`);
  }
  found.sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
  const own = found.filter((event) => held.has_key && event.device_id === held.identity?.device_id);
  const foreign = found.filter((event) => !own.includes(event));
  const homeless = await putBack(store, own, held.head);
  await keepForLater(store, [...foreign, ...homeless]);
  return found.length;
}

/**
 * An own event goes back to its place when that is free and links to what is there. One whose blobs are gone goes back as
 * well: it is the record that they were. Returns those without a place, because the one before them is whole nowhere.
 */
async function putBack(store: EvidenceStore, events: readonly StoredEvent[], head: Head | null): Promise<StoredEvent[]> {
  let last = head;
  const homeless: StoredEvent[] = [];
  for (const event of events) {
    const follows = last !== null && event.epoch === last.epoch && event.seq === last.seq + 1 && event.prev === last.hash;
    const within = last !== null && (event.epoch < last.epoch || (event.epoch === last.epoch && event.seq <= last.seq));
    const next: Head | null = follows ? { epoch: event.epoch, seq: event.seq, hash: event.hash } : last;
    const put = (follows || within) && (await putAt(store, event, next as Head));
    if (put) last = next;
    else homeless.push(event);
  }
  return homeless;
}

async function putAt(store: EvidenceStore, event: StoredEvent, head: Head): Promise<boolean> {
  return store.database.run(async (db) => {
    const tx = db.transaction(['events', 'meta'], 'readwrite', { durability: 'strict' });
    const place: [number, number] = [event.epoch, event.seq];
    const free = (await tx.objectStore('events').getKey(place)) === undefined;
    const writes = free ? [tx.objectStore('events').put(event, place), tx.objectStore('meta').put(asJson<'head'>(head), 'head')] : [];
    await finished(tx.done, writes);
    return free;
  });
}

async function keepForLater(store: EvidenceStore, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return;
  await store.database.run((db) => {
    const tx = db.transaction('recovered', 'readwrite', { durability: 'strict' });
    return finished(
      tx.done,
      events.map((event) => tx.store.put(event, `${event.epoch}-${event.seq}-${event.hash}.json`)),
    );
  });
}

/** When the key of a log is gone, its events move to `recovered`, and `former` says where that log ended. */
async function noteLostKey(store: EvidenceStore, held: Held, filed: Filed | null): Promise<Former | null> {
  const known = await getMeta(store.database, 'former');
  if (held.identity && held.has_key) return known;
  const identity = held.identity ?? (held.install ? null : (filed?.identity ?? null));
  const someone = identity !== null || (!held.install && (filed?.events.length ?? 0) > 0);
  if (!someone) return known;
  const sync = await getMeta(store.database, 'sync');
  return store.database.run(async (db) => {
    const tx = db.transaction(['events', 'recovered', 'meta'], 'readwrite', { durability: 'strict' });
    const events = await tx.objectStore('events').getAll();
    const all = [...(await tx.objectStore('recovered').getAll()), ...events].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
    const last = all.at(-1);
    const head = asMeta<'head'>(await tx.objectStore('meta').get('head'));
    const former: Former = {
      identity,
      epoch: head?.epoch ?? last?.epoch ?? 0,
      acked_seq: head ? (sync?.acked[String(head.epoch)] ?? 0) : 0,
      hash: head?.hash ?? last?.hash ?? ZERO_HASH,
    };
    await finished(tx.done, [
      ...events.map((event) => tx.objectStore('recovered').put(event, `${event.epoch}-${event.seq}-${event.hash}.json`)),
      tx.objectStore('events').clear(),
      ...(['identity', 'head', 'sync'] as const).map((key) => tx.objectStore('meta').delete(key)),
      tx.objectStore('meta').put(asJson<'former'>(former), 'former'),
    ]);
    return former;
  });
}

async function writeInstall(store: EvidenceStore, held: Held, filed: Filed | null): Promise<void> {
  const install_id = held.install?.install_id ?? filed?.install?.install_id ?? toB64(store.random(16));
  // Files that do not open this time may open the next.
  const install: Install = { install_id, filed: (held.install?.filed ?? false) || store.files !== null };
  if (held.install?.install_id !== install_id || held.install.filed !== install.filed) await putMeta(store.database, 'install', install);
  const identity = held.identity ?? filed?.identity ?? null;
  const stale = filed?.install?.install_id !== install_id || filed.identity?.device_id !== identity?.device_id;
  if (stale) await fileIdentity(store, identity);
}
