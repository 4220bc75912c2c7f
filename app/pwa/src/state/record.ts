/** The one way to record something: complete the body, save it in all its copies, then let it be sent. */
import { FactInvalid, type Fact } from '../db/chain';
import { digestOf } from '../db/digest';
import { StorageFailed, StorageFull } from '../db/errors';
import { saveFacts } from '../db/facts';
import { boot, monoMs, stamp, uuid7 } from '../device/clock';
import { KINDS, type Json, type Place } from '../domain/events';
import type { FactKind, Kinds } from '../domain/kinds';
import { announce } from './announce';
import { addLateEvents, addOwnEvents, filedCount, heldJobs } from './held';
import { takeUpSoon } from './late';
import { phoneHere } from './phone';

export { FactInvalid, StorageFailed, StorageFull };

export interface Saved {
  readonly event_id: string;
  readonly copies: 1 | 2;
}

export interface BlobGiven {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
}

let position: Place | null = null;

/** Where the phone is, for every later event; null when it is not known any more. */
export function setPosition(where: Place | null): void {
  position = where;
}

/** Lower-case hex SHA-256, for data that names a blob. */
export function digest(bytes: ArrayBuffer): Promise<string> {
  return digestOf(bytes);
}

/** A UUIDv7, for photo_id and issue_id. */
export function newId(): string {
  return uuid7();
}

/**
 * Record a fact, with the bytes of the blobs that its data names.
 *
 * @param jobId null for a fact about the device itself.
 * @throws as `Attempt.save`.
 */
export async function record<Kind extends FactKind>(
  jobId: string | null,
  kind: Kind,
  data: Kinds[Kind],
  blobs: readonly BlobGiven[] = [],
): Promise<Saved> {
  return new Attempt(jobId, [entry(kind, data, blobs)]).save();
}

/** A fact that is about to be recorded. */
export interface Entry {
  readonly kind: FactKind;
  readonly data: object;
  readonly blobs: readonly BlobGiven[];
}

export function entry<Kind extends FactKind>(kind: Kind, data: Kinds[Kind], blobs: readonly BlobGiven[] = []): Entry {
  return { kind, data, blobs };
}

/** Facts of one moment, all of them or none, whose time and ids are those of the first try: however often it is tried, each is recorded once. */
export class Attempt {
  readonly #facts: readonly Fact[];
  #tried = false;

  constructor(jobId: string | null, entries: readonly Entry[]) {
    // Copied at once: what the caller does with its buffer later must not change what is hashed and kept.
    this.#facts = entries.map(({ kind, data, blobs }) => ({ body: compose(kind, data, jobId), blobs: blobs.map(({ bytes }) => bytes.slice(0)) }));
  }

  /** Returns the last of them. @throws FactInvalid, StorageFull, StorageFailed: nothing was recorded, unless the last says that it is `unsure`. */
  async save(): Promise<Saved> {
    const phone = phoneHere();
    if (!phone) throw new StorageFailed('this phone is not enrolled');
    const again = this.#tried;
    this.#tried = true;
    const all = await saveFacts(phone.store, phone.writer, this.#facts, again);
    const last = all.at(-1);
    if (!last) throw new StorageFailed('nothing was saved');
    const late = all.filter((saved) => saved.late).map(({ event }) => event);
    const kept = all.filter((saved) => !saved.late).map(({ event }) => event);
    if (late.length > 0) addLateEvents(late);
    if (kept.length > 0) addOwnEvents(kept);
    filedCount.value += 1;
    for (const event of kept) await announce(event);
    takeUpSoon();
    return { event_id: last.event.event_id, copies: last.copies };
  }
}

/** The exact body of a new fact (PROTOCOL L1). */
export function compose(kind: string, data: object, jobId: string | null = null): string {
  const phone = phoneHere();
  const snapshot = jobId === null ? undefined : heldJobs.value.find(({ job_id }) => job_id === jobId)?.snapshot;
  return JSON.stringify({
    v: 1,
    event_id: uuid7(),
    job_id: jobId,
    kind,
    kv: KINDS[kind]?.kv ?? 1,
    at: stamp(),
    mono_ms: monoMs(),
    boot,
    seen: { rev: snapshot?.rev ?? 0 },
    actor: phone?.identity.user.id ?? '',
    where: position,
    data: data as Json,
  });
}
