/** The one way to record something: complete the body, save it in all its copies, then let it be sent. */
import { FactInvalid, type Fact } from '../db/chain';
import { digestOf } from '../db/digest';
import { StorageFailed, StorageFull } from '../db/errors';
import { saveFacts } from '../db/facts';
import { outboxBlob, outboxEvent } from '../db/outbox';
import type { StoredEvent } from '../db/schema';
import { boot, monoMs, stamp, uuid7 } from '../device/clock';
import { KINDS, type Json, type Place } from '../domain/events';
import type { FactKind, Kinds } from '../domain/kinds';
import type { WaitingBlob } from '../sync/syncState';
import { addOwnEvents, filedCount, heldJobs } from './held';
import { phoneHere } from './phone';

export { FactInvalid, StorageFailed, StorageFull };

export interface Saved {
  readonly event_id: string;
  readonly seq: number;
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
 * @throws FactInvalid, StorageFull, StorageFailed: nothing was recorded, and the bytes are still the caller's.
 */
export async function record<Kind extends FactKind>(
  jobId: string | null,
  kind: Kind,
  data: Kinds[Kind],
  blobs: readonly BlobGiven[] = [],
): Promise<Saved> {
  const phone = phoneHere();
  if (!phone) throw new StorageFailed('this phone is not enrolled');
  // Copied at once: what the caller does with its buffer later must not change what is hashed and kept.
  const fact: Fact = { body: compose(kind, data, jobId), blobs: blobs.map(({ bytes }) => bytes.slice(0)) };
  const [saved] = await saveFacts(phone.store, phone.writer, [fact]);
  if (!saved) throw new StorageFailed('nothing was saved');
  const { event, copies } = saved;
  addOwnEvents([event]);
  filedCount.value += 1;
  await announce(event);
  return { event_id: event.event_id, seq: event.seq, copies };
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

/** The fact is safe already: should telling the machine fail, the next boot finds it in storage. */
async function announce(event: StoredEvent): Promise<void> {
  const phone = phoneHere();
  if (!phone) return;
  const blobs = await Promise.all(event.blobs.map((sha256) => waiting(event, sha256)));
  phone.nudge({ type: 'saved', epoch: event.epoch, events: [outboxEvent(event)], blobs });
}

async function waiting(event: StoredEvent, sha256: string): Promise<WaitingBlob> {
  const phone = phoneHere();
  if (!phone) throw new StorageFailed('this phone is not enrolled');
  const blob = await outboxBlob(phone.store, event, sha256);
  // Nothing of a new photo can be at the server yet; the same bytes recorded twice are found out by its answer.
  return { ...blob, offset: 0, failures: 0, retry_at_ms: 0, trouble: null };
}
