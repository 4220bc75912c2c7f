/**
 * Saved means saved.
 *
 * Under the lock `log`: read the head, hash, write the second copy, then one strict transaction of blobs, events and head,
 * which looks at the head again; then read everything back and compare hashes. Only after that a fact counts as saved.
 * Hashing comes before the transaction because IndexedDB ends one at the first foreign `await`.
 */
import type { IDBPTransaction } from 'idb';
import { ZERO_HASH } from '../domain/log';
import { chained, FactInvalid, isIntact, readFact, saidSize, type Fact, type ReadFact } from './chain';
import { finished, type Connection } from './database';
import { digestOf } from './digest';
import { StorageFailed } from './errors';
import { copiesOf, eventFile, type EvidenceStore, type Writer } from './evidence';
import { asJson, asMeta, getMeta } from './meta';
import type { Head, PhoneSchema, StoredEvent } from './schema';

export interface SavedFact {
  readonly event: StoredEvent;
  readonly copies: 1 | 2;
}

type Bytes = ReadonlyMap<string, ArrayBuffer>;

const NO_BYTES: Bytes = new Map();
const TRIES_MAX = 3;

/**
 * Record facts, all of them or none, in this order.
 *
 * @throws FactInvalid, StorageFull, StorageFailed: nothing was recorded.
 */
export async function saveFacts(store: EvidenceStore, writer: Writer, facts: readonly Fact[]): Promise<SavedFact[]> {
  const read = facts.map((fact) => readFact(fact.body));
  const bytes = await bytesByName(store, facts, read);
  return store.exclusively('log', async () => {
    for (let tries = 1; ; tries += 1) {
      const before = await headOf(store);
      const events = await chained(store, writer, before, read);
      if (await keep(store, before, events, bytes)) return events.map((event) => ({ event, copies: copiesOf(store, event) }));
      if (tries === TRIES_MAX) throw new StorageFailed('the log is being written elsewhere');
    }
  });
}

/**
 * Open a new epoch: the body `opening` makes, and once more every event after `acked_seq`, in one transaction (PROTOCOL L7).
 *
 * Does nothing when the log is already there. Everything is read under the lock, so that nothing saved meanwhile stays behind.
 */
export async function openEpoch(
  store: EvidenceStore,
  writer: Writer,
  epoch: number,
  acked_seq: number,
  opening: (before: Head) => string,
): Promise<StoredEvent[]> {
  return store.exclusively('log', async () => {
    const before = await headOf(store);
    if (before.epoch >= epoch) return [];
    const again = await wholeOf(store, await eventsAfter(store, before.epoch, acked_seq));
    const events = await chained(store, writer, { epoch, seq: 0, hash: ZERO_HASH }, [readFact(opening(before)), ...again]);
    if (!(await keep(store, before, events, NO_BYTES))) throw new StorageFailed('the log is being written elsewhere');
    return events;
  });
}

/**
 * Record events again that another epoch or a lost key once held: the same bodies under the same `event_id`s, so that they
 * count once wherever they arrive twice. What the log has already is left out.
 */
export async function recordAgain(store: EvidenceStore, writer: Writer, facts: readonly ReadFact[]): Promise<StoredEvent[]> {
  return store.exclusively('log', async () => {
    const before = await headOf(store);
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

/** @throws StorageFailed when this phone has no log. */
export async function headOf(store: EvidenceStore): Promise<Head> {
  const head = await getMeta(store.database, 'head');
  if (head === null) throw new StorageFailed('this phone has no log');
  return head;
}

/** Whether the events now are what follows `before`; false when another tab wrote in between. */
async function keep(store: EvidenceStore, before: Head, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  await writeFiles(store, events, bytes);
  let kept = false;
  try {
    kept = await store.database.run((db) => commit(db, before, events, bytes));
  } finally {
    // What was not saved must not come back as an event of its own. The blobs may stay: the next try needs them.
    if (!kept) await withdrawFiles(store, events);
  }
  if (kept && !(await readsBack(store, events, bytes))) {
    await store.database.run((db) => rewrite(db, events, bytes));
    if (!(await readsBack(store, events, bytes))) throw new StorageFailed('the database does not give back what it was given');
  }
  return kept;
}

/** The second copy. Its failure costs a copy, not the fact. */
async function writeFiles(store: EvidenceStore, events: readonly StoredEvent[], bytes: Bytes): Promise<void> {
  for (const [sha256, blob] of bytes) await writeFile(store, 'bl', sha256, blob);
  for (const event of events) await writeFile(store, 'ev', eventFile(event), encoded(event));
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

async function withdrawFiles(store: EvidenceStore, events: readonly StoredEvent[]): Promise<void> {
  for (const event of events) {
    const name = eventFile(event);
    store.filed.delete(`ev/${name}`);
    await store.files?.remove('ev', name).catch(() => undefined);
  }
}

export function encoded(event: StoredEvent): ArrayBuffer {
  return new TextEncoder().encode(JSON.stringify(event)).buffer;
}

async function commit(db: Connection, before: Head, events: readonly StoredEvent[], bytes: Bytes): Promise<boolean> {
  const tx = db.transaction(['blobs', 'events', 'meta'], 'readwrite', { durability: 'strict' });
  const meta = tx.objectStore('meta');
  const head = asMeta<'head'>(await meta.get('head'));
  const after = headAfter(before, events);
  const writes = isSame(head, before) ? [...puts(tx, events, bytes), meta.put(asJson<'head'>(after), 'head')] : [];
  await finished(tx.done, writes);
  // A repeat after a lost connection finds its own first try done.
  return isSame(head, before) || isSame(head, after);
}

async function rewrite(db: Connection, events: readonly StoredEvent[], bytes: Bytes): Promise<void> {
  const tx = db.transaction(['blobs', 'events'], 'readwrite', { durability: 'strict' });
  await finished(tx.done, puts(tx, events, bytes));
}

type Writing = IDBPTransaction<PhoneSchema, ('blobs' | 'events' | 'meta')[] | ('blobs' | 'events')[], 'readwrite'>;

function puts(tx: Writing, events: readonly StoredEvent[], bytes: Bytes): Promise<unknown>[] {
  return [
    ...[...bytes].map(([sha256, blob]) => tx.objectStore('blobs').put(blob, sha256)),
    ...events.map((event) => tx.objectStore('events').put(event, [event.epoch, event.seq])),
  ];
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

/** The given bytes by their hash. Every blob that a fact names is either among them or here already. */
async function bytesByName(store: EvidenceStore, facts: readonly Fact[], read: readonly ReadFact[]): Promise<Bytes> {
  const named = new Set(read.flatMap((fact) => fact.blobs));
  const bytes = new Map<string, ArrayBuffer>();
  for (const blob of facts.flatMap((fact) => fact.blobs)) {
    const sha256 = await digestOf(blob);
    if (!named.has(sha256)) throw new FactInvalid('a blob that the fact does not name');
    // A wrong size would be found out by the server only, with the last chunk.
    if (read.some((fact) => (saidSize(fact, sha256) ?? blob.byteLength) !== blob.byteLength)) throw new FactInvalid('a blob of another size');
    bytes.set(sha256, blob);
  }
  for (const sha256 of named) {
    if (bytes.has(sha256)) continue;
    const held = await store.database.run((db) => db.getKey('blobs', sha256));
    if (held === undefined) throw new FactInvalid('a blob that is not here');
  }
  return bytes;
}
