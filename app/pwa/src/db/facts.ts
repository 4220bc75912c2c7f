/**
 * Saved means saved.
 *
 * Under the lock `log`: read the head, hash, write the second copy, then one strict transaction of blobs, events and head,
 * which looks at the head again; then read everything back and compare hashes. Only after that a fact counts as saved.
 * Hashing comes before the transaction because IndexedDB ends one at the first foreign `await`.
 *
 * How it ended is always known: kept in both places, kept in the one that works, or taken back. Only when the database
 * breaks in the very moment of keeping and there are no files is it `unsure`, and said to be so.
 */
import type { IDBPTransaction } from 'idb';
import { ZERO_HASH } from '../domain/log';
import { chained, FactInvalid, isIntact, readFact, saidSize, type Fact, type ReadFact } from './chain';
import { allOrNone, type Connection } from './database';
import { digestOf } from './digest';
import { StorageFailed, StorageFull } from './errors';
import { copiesOf, eventFile, type EvidenceStore, type Writer } from './evidence';
import { keepLate, lateEvent, readLate } from './late';
import { asJson, asMeta, getMeta } from './meta';
import type { Head, PhoneSchema, StoredEvent } from './schema';

export interface SavedFact {
  readonly event: StoredEvent;
  readonly copies: 1 | 2;
  /** Kept among the files alone, without a place in the log until `takeUpLate` gives it one. */
  readonly late: boolean;
}

type Bytes = ReadonlyMap<string, ArrayBuffer>;

const NO_BYTES: Bytes = new Map();
const NOT_HERE: ReadonlyMap<string, StoredEvent> = new Map();
const TRIES_MAX = 3;

/**
 * Record facts, all of them or none, in this order. On a full phone, room is made first.
 *
 * Safe to repeat with the same bodies: a fact whose `event_id` the log has already is not recorded again.
 *
 * @throws FactInvalid, StorageFull, StorageFailed: nothing was recorded, unless the last says that it is `unsure`.
 */
export async function saveFacts(store: EvidenceStore, writer: Writer, facts: readonly Fact[], again = false): Promise<SavedFact[]> {
  const read = facts.map((fact) => readFact(fact.body));
  const bytes = await bytesByName(facts, read);
  try {
    return await withRoom(store, read, async () => {
      await requireBlobs(store, read, bytes);
      return inLog(store, writer, read, bytes, again);
    });
  } catch (error) {
    const { files } = store;
    // Under the lock: what another page takes back meanwhile must not be what is kept here.
    if (!(error instanceof StorageFailed) || !files || !(await store.exclusively('log', () => keepLate(files, read, bytes)))) throw error;
    return read.map((fact) => ({ event: lateEvent(fact, writer.device_id), copies: 1, late: true }));
  }
}

/** Give late facts their places in the log, oldest first. @throws StorageFull, StorageFailed: the rest waits on. */
export async function takeUpLate(store: EvidenceStore, writer: Writer): Promise<StoredEvent[]> {
  const taken: StoredEvent[] = [];
  for (const { name, fact } of await readLate(store)) {
    const bytes = new Map<string, ArrayBuffer>();
    for (const sha256 of fact.blobs) {
      const blob = await store.files?.read('bl', sha256).catch(() => null);
      if (blob && (await digestOf(blob)) === sha256) bytes.set(sha256, blob);
    }
    const saved = await inLog(store, writer, [fact], bytes, true);
    taken.push(...saved.map(({ event }) => event));
    await store.files?.remove('late', name);
  }
  return taken;
}

async function inLog(store: EvidenceStore, writer: Writer, read: readonly ReadFact[], bytes: Bytes, again: boolean): Promise<SavedFact[]> {
  return store.exclusively('log', async () => {
    const here = again ? await standing(store, read) : NOT_HERE;
    const missing = read.filter(({ event_id }) => !here.has(event_id));
    for (let tries = 1; ; tries += 1) {
      const before = await ownHead(store, writer);
      const events = await chained(store, writer, before, missing);
      if (await keep(store, before, events, bytes)) {
        const places = new Map([...here, ...events.map((event) => [event.event_id, event] as const)]);
        return read.flatMap(({ event_id }) => places.get(event_id) ?? []).map((event) => ({ event, copies: copiesOf(store, event), late: false }));
      }
      if (tries === TRIES_MAX) throw new StorageFailed('the log is being written elsewhere');
    }
  });
}

/** Those of the facts that the log has, by their ids. */
async function standing(store: EvidenceStore, facts: readonly ReadFact[]): Promise<ReadonlyMap<string, StoredEvent>> {
  const ids = new Set(facts.map(({ event_id }) => event_id));
  const all = await store.database.run((db) => db.getAll('events'));
  return new Map(all.filter(({ event_id }) => ids.has(event_id)).map((event) => [event.event_id, event]));
}

/** Make room and try once more, as long as there is something left to let go of. */
async function withRoom<T>(store: EvidenceStore, read: readonly ReadFact[], work: () => Promise<T>): Promise<T> {
  let ways: (() => Promise<boolean>)[] | null = null;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
      ways ??= await waysFor(store, read).catch(() => []);
      if (!(await firstThatHelps(ways))) throw error;
    }
  }
}

/** Loaded when it is needed, from what the service worker keeps. */
async function waysFor(store: EvidenceStore, read: readonly ReadFact[]): Promise<(() => Promise<boolean>)[]> {
  const { waysToMakeRoom } = await import('./room');
  return waysToMakeRoom(
    store,
    read.map(({ kind }) => kind),
  );
}

async function firstThatHelps(ways: (() => Promise<boolean>)[]): Promise<boolean> {
  for (let way = ways.shift(); way; way = ways.shift()) if (await way().catch(() => false)) return true;
  return false;
}

/**
 * Open a new epoch: the bodies `opening` makes, and once more every event that was not acknowledged anywhere, in one transaction (PROTOCOL L7).
 *
 * `opening` is told which events are whole nowhere and were acknowledged nowhere, as `epoch/seq`, of all epochs: the word of an earlier
 * hole may itself be what was damaged. Does nothing when the log is already there. Everything is read under the lock, so that nothing
 * saved meanwhile stays behind.
 */
export async function openEpoch(
  store: EvidenceStore,
  writer: Writer,
  epoch: number,
  acked: { readonly epoch: number; readonly seq: number },
  opening: (before: Head, acked_seq: number, lost: readonly string[]) => readonly string[],
): Promise<StoredEvent[]> {
  return store.exclusively('log', async () => {
    const before = await ownHead(store, writer);
    if (before.epoch >= epoch) return [];
    // Another page may have opened one meanwhile: what was acknowledged in the epoch before says nothing about that.
    const acked_seq = before.epoch === acked.epoch ? acked.seq : 0;
    const { again, lost } = await unacknowledged(store, before.epoch, acked_seq);
    const bodies = opening(before, acked_seq, lost);
    const events = await chained(store, writer, { epoch, seq: 0, hash: ZERO_HASH }, [...bodies.map(readFact), ...again]);
    if (!(await keep(store, before, events, NO_BYTES))) throw new StorageFailed('the log is being written elsewhere');
    return events;
  });
}

/**
 * Each once, in the order of its first place, and the places of those that are whole nowhere. What is damaged in the epoch that ends may be
 * whole in the one before, which it was taken from.
 */
async function unacknowledged(store: EvidenceStore, epoch: number, acked_seq: number): Promise<{ again: StoredEvent[]; lost: string[] }> {
  const acked: Readonly<Record<string, number>> = { ...(await getMeta(store.database, 'sync'))?.acked, [String(epoch)]: acked_seq };
  const all = await store.database.run((db) => db.getAll('events'));
  const arrived = ({ epoch: of, seq }: StoredEvent): boolean => seq <= (acked[String(of)] ?? 0);
  const known = new Set(all.filter(arrived).map(({ event_id }) => event_id));
  const whole = await wholeOf(store, all.filter((event) => !known.has(event.event_id)));
  const again = whole.filter(({ event_id }) => !known.has(event_id) && known.add(event_id));
  const lost = all.filter((event) => !arrived(event) && !known.has(event.event_id)).map((event) => `${event.epoch}/${event.seq}`);
  return { again, lost };
}

/**
 * Record events again that another epoch or a lost key once held: the same bodies under the same `event_id`s, so that they
 * count once wherever they arrive twice. What the log has already is left out.
 */
export async function recordAgain(store: EvidenceStore, writer: Writer, facts: readonly ReadFact[]): Promise<StoredEvent[]> {
  return store.exclusively('log', async () => {
    const before = await ownHead(store, writer);
    const here = new Set((await eventsAfter(store, before.epoch, 0)).map(({ event_id }) => event_id));
    const missing = facts.filter(({ event_id }) => !here.has(event_id) && here.add(event_id));
    const events = await chained(store, writer, before, missing);
    if (!(await keep(store, before, events, NO_BYTES))) throw new StorageFailed('the log is being written elsewhere');
    return events;
  });
}

/** A damaged event stays where it is: recorded again, it would pass for whole. */
export async function wholeOf(store: EvidenceStore, events: readonly StoredEvent[]): Promise<StoredEvent[]> {
  const whole: StoredEvent[] = [];
  for (const event of events) if (await isIntact(store.sha256, event)) whole.push(event);
  return whole;
}

/** The own events of an epoch behind a place, in order. */
export async function eventsAfter(store: EvidenceStore, epoch: number, seq: number): Promise<StoredEvent[]> {
  const range = IDBKeyRange.bound([epoch, seq + 1], [epoch, Number.MAX_SAFE_INTEGER]);
  return store.database.run((db) => db.getAll('events', range));
}

/**
 * The head of the writer's own log, to write behind it. A page that was open while another one enrolled this phone anew must not go on in
 * the new log under its old key.
 *
 * @throws StorageFailed
 */
async function ownHead(store: EvidenceStore, { device_id }: Writer): Promise<Head> {
  const identity = await getMeta(store.database, 'identity');
  if (identity !== null && identity.device_id !== device_id) throw new StorageFailed('this phone was enrolled anew');
  return headOf(store);
}

/** @throws StorageFailed when this phone has no log. */
export async function headOf(store: EvidenceStore): Promise<Head> {
  const head = await getMeta(store.database, 'head');
  if (head === null) throw new StorageFailed('this phone has no log');
  return head;
}

/** Whether the events now are what follows `before`; false when another tab wrote in between. */
async function keep(store: EvidenceStore, before: Head, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  if (events.length === 0) return true;
  const filed = await writeFiles(store, events, bytes);
  let kept = false;
  try {
    kept = await committed(store, before, events, bytes);
  } finally {
    // What was not saved must not come back as an event of its own, nor take the room that others need.
    if (!kept) await withdrawFiles(store, filed);
  }
  if (!kept) return false;
  if (!(await isThere(store, events, bytes))) await relyOnFiles(store, before, events, bytes);
  return true;
}

/** A try that failed may have been kept all the same: the head tells, when it can be read. */
async function committed(store: EvidenceStore, before: Head, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  try {
    return await store.database.run((db) => commit(db, before, events, bytes));
  } catch (error) {
    let head: Head | null;
    try {
      head = await getMeta(store.database, 'head');
    } catch {
      throw new StorageFailed('the database broke while keeping', error, true);
    }
    if (isSame(head, headAfter(before, events))) return true;
    throw error;
  }
}

/** Read back, and written once more when that fails. */
async function isThere(store: EvidenceStore, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  try {
    if (await readsBack(store, events, bytes)) return true;
    await store.database.run((db) => rewrite(db, events, bytes));
    return await readsBack(store, events, bytes);
  } catch {
    return false;
  }
}

/** The database took the events and does not give them back. With whole files they count, in one copy; else they are taken back. */
async function relyOnFiles(store: EvidenceStore, before: Head, events: readonly StoredEvent[], bytes: Bytes): Promise<void> {
  const paths = pathsOf(events, bytes);
  const whole = paths.every((path) => store.filed.has(path));
  for (const path of paths) store.filed.delete(path);
  if (whole) return;
  const why = 'the database does not give back what it was given';
  try {
    await store.database.run((db) => takeBack(db, before, events));
  } catch (error) {
    throw new StorageFailed(why, error, true);
  }
  await withdrawFiles(store, paths);
  throw new StorageFailed(why);
}

async function takeBack(db: Connection, before: Head, events: readonly StoredEvent[]): Promise<void> {
  const tx = db.transaction(['events', 'meta'], 'readwrite', { durability: 'strict' });
  tx.done.catch(() => undefined);
  const meta = tx.objectStore('meta');
  const last = isSame(asMeta<'head'>(await meta.get('head')), headAfter(before, events));
  function* writes(): Generator<Promise<unknown>> {
    for (const { epoch, seq } of events) yield tx.objectStore('events').delete([epoch, seq]);
    yield meta.put(asJson<'head'>(before), 'head');
  }
  await allOrNone(tx, last ? writes() : []);
  if (!last) throw new StorageFailed('the log went on');
}

/** The second copy: blobs before the events that name them. Its failure costs a copy, not the fact. Returns what was not there. */
async function writeFiles(store: EvidenceStore, events: readonly StoredEvent[], bytes: Bytes): Promise<string[]> {
  const fresh = pathsOf(events, bytes).filter((path) => !store.filed.has(path));
  for (const [sha256, blob] of bytes) await writeFile(store, 'bl', sha256, blob);
  for (const event of events) await writeFile(store, 'ev', eventFile(event), encoded(event));
  return fresh;
}

function pathsOf(events: readonly StoredEvent[], bytes: Bytes): string[] {
  return [...[...bytes.keys()].map((sha256) => `bl/${sha256}`), ...events.map((event) => `ev/${eventFile(event)}`)];
}

export async function writeFile(store: EvidenceStore, folder: 'ev' | 'bl', name: string, bytes: ArrayBuffer): Promise<void> {
  if (!store.files || store.filed.has(`${folder}/${name}`)) return;
  try {
    await store.files.write(folder, name, bytes);
    store.filed.add(`${folder}/${name}`);
  } catch {
    store.filed.delete(`${folder}/${name}`);
  }
}

/**
 * The events before the blobs that they name. A blob that the database has, or that a late fact names, is another fact's as well: of a
 * late one this file is the only copy.
 */
async function withdrawFiles(store: EvidenceStore, paths: readonly string[]): Promise<void> {
  const late = await readLate(store).catch(() => null);
  const isOurs = async (name: string): Promise<boolean> => {
    if (late === null || late.some(({ fact }) => fact.blobs.includes(name))) return false;
    return (await store.database.run((db) => db.getKey('blobs', name)).catch(() => name)) === undefined;
  };
  for (const path of [...paths].reverse()) {
    const name = path.slice(3);
    if (!path.startsWith('ev/') && !(await isOurs(name))) continue;
    store.filed.delete(path);
    await store.files?.remove(path.startsWith('ev/') ? 'ev' : 'bl', name).catch(() => undefined);
  }
}

export function encoded(event: StoredEvent): ArrayBuffer {
  return new TextEncoder().encode(JSON.stringify(event)).buffer;
}

async function commit(db: Connection, before: Head, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  const tx = db.transaction(['blobs', 'events', 'meta'], 'readwrite', { durability: 'strict' });
  tx.done.catch(() => undefined);
  const meta = tx.objectStore('meta');
  const head = asMeta<'head'>(await meta.get('head'));
  const after = headAfter(before, events);
  function* writes(): Generator<Promise<unknown>> {
    yield* puts(tx, events, bytes);
    yield meta.put(asJson<'head'>(after), 'head');
  }
  await allOrNone(tx, isSame(head, before) ? writes() : []);
  // A repeat after a lost connection finds its own first try done.
  return isSame(head, before) || isSame(head, after);
}

async function rewrite(db: Connection, events: readonly StoredEvent[], bytes: Bytes): Promise<void> {
  const tx = db.transaction(['blobs', 'events'], 'readwrite', { durability: 'strict' });
  await allOrNone(tx, puts(tx, events, bytes));
}

type Writing = IDBPTransaction<PhoneSchema, ('blobs' | 'events' | 'meta')[] | ('blobs' | 'events')[], 'readwrite'>;

function* puts(tx: Writing, events: readonly StoredEvent[], bytes: Bytes): Generator<Promise<unknown>> {
  for (const [sha256, blob] of bytes) yield tx.objectStore('blobs').put(blob, sha256);
  for (const event of events) yield tx.objectStore('events').put(event, [event.epoch, event.seq]);
}

async function readsBack(store: EvidenceStore, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  for (const { epoch, seq, hash } of events) {
    const event = await store.database.run((db) => db.get('events', [epoch, seq]));
    if (event?.hash !== hash || !(await isIntact(store.sha256, event))) return false;
  }
  for (const sha256 of bytes.keys()) {
    const blob = await store.database.run((db) => db.get('blobs', sha256));
    if (!blob || (await digestOf(blob)) !== sha256) return false;
  }
  return true;
}

function headAfter(before: Head, events: readonly StoredEvent[]): Head {
  const last = events.at(-1);
  return last ? { epoch: last.epoch, seq: last.seq, hash: last.hash } : before;
}

function isSame(a: Head | null, b: Head): boolean {
  return a?.epoch === b.epoch && a.seq === b.seq && a.hash === b.hash;
}

/** The given bytes by their hash. */
async function bytesByName(facts: readonly Fact[], read: readonly ReadFact[]): Promise<Bytes> {
  const named = new Set(read.flatMap((fact) => fact.blobs));
  const bytes = new Map<string, ArrayBuffer>();
  for (const blob of facts.flatMap((fact) => fact.blobs)) {
    const sha256 = await digestOf(blob);
    if (!named.has(sha256)) throw new FactInvalid('a blob that the fact does not name');
    // A wrong size would be found out by the server only, with the last chunk.
    if (read.some((fact) => (saidSize(fact, sha256) ?? blob.byteLength) !== blob.byteLength)) throw new FactInvalid('a blob of another size');
    bytes.set(sha256, blob);
  }
  return bytes;
}

/** Every blob that a fact names is either among those given or here already. */
async function requireBlobs(store: EvidenceStore, read: readonly ReadFact[], bytes: Bytes): Promise<void> {
  for (const sha256 of read.flatMap(({ blobs }) => blobs)) {
    if (bytes.has(sha256)) continue;
    const held = await store.database.run((db) => db.getKey('blobs', sha256));
    if (held === undefined) throw new FactInvalid('a blob that is not here');
  }
}
