/** Facts become events of the log: body, salt, hash, link (PROTOCOL L1 to L5). */
import { dataProblem, isFact, knows, namedBlobs, parseBody, type Envelope, type JsonObject } from '../domain/events';
import { bodyDigest, followsFromBytes, fromB64, header, headerHash, SALT_BYTES, toB64, utf8, type Sha256 } from '../domain/log';
import type { EvidenceStore, Writer } from './evidence';
import type { Head, StoredEvent } from './schema';

/** Members that name a blob, each with the member that states its size. */
const SIZED = [
  ['sha256', 'size'],
  ['statement_sha256', 'statement_size'],
  ['strokes_sha256', 'strokes_size'],
] as const;

/** What was to be recorded is not of the form that the protocol asks for, so nothing was recorded. */
export class FactInvalid extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'FactInvalid';
  }
}

/** One fact to record: its exact body, and the bytes of those of its blobs that are not here yet. */
export interface Fact {
  readonly body: string;
  readonly blobs: readonly ArrayBuffer[];
}

/** A body and what was read from it. An event that is recorded once more is one already. */
export type ReadFact = Pick<StoredEvent, 'body' | 'blobs' | 'event_id' | 'job_id' | 'kind' | 'at'>;

/** @throws FactInvalid when the office would have to put it into quarantine. */
export function readFact(body: string): ReadFact {
  let envelope: Envelope;
  try {
    envelope = parseBody(body);
  } catch (error) {
    throw new FactInvalid(error instanceof Error ? error.message : String(error));
  }
  const { event_id, job_id = null, kind, kv, at, data } = envelope;
  if (!knows(kind, kv) || !isFact(kind)) throw new FactInvalid(`not a fact: ${kind}`);
  const problem = dataProblem(kind, data);
  if (problem !== null) throw new FactInvalid(`${kind}: ${problem}`);
  return { body, blobs: namedBlobs(kind, data), event_id, job_id, kind, at };
}

/** The envelope of a body that was a fact's when it was recorded; null when storage gives back something that is none. */
export function envelopeIn(body: string): Envelope | null {
  try {
    const envelope = JSON.parse(body) as Partial<Envelope> | null;
    const readable = typeof envelope?.kind === 'string' && typeof envelope.data === 'object' && envelope.data !== null;
    return readable ? (envelope as Envelope) : null;
  } catch {
    return null;
  }
}

/** The size that a fact's data states for a blob it names, or null. */
export function saidSize({ body }: Pick<ReadFact, 'body'>, sha256: string): number | null {
  const data: JsonObject = envelopeIn(body)?.data ?? {};
  for (const [name, size] of SIZED) {
    if (data[name] === sha256 && typeof data[size] === 'number') return data[size];
  }
  return null;
}

/** The events that continue the log after `head`, one for each fact. A sign-off is signed. */
export async function chained(store: EvidenceStore, writer: Writer, head: Head, facts: readonly ReadFact[]): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let last = head;
  for (const fact of facts) {
    const event = await nextEvent(store, writer, last, fact);
    events.push(event);
    last = { epoch: event.epoch, seq: event.seq, hash: event.hash };
  }
  return events;
}

async function nextEvent(store: EvidenceStore, writer: Writer, head: Head, fact: ReadFact): Promise<StoredEvent> {
  const salt = store.random(SALT_BYTES);
  const digest = await bodyDigest(store.sha256, salt, utf8(fact.body));
  const seq = head.seq + 1;
  const text = header(writer.device_id, head.epoch, seq, head.hash, digest);
  const { body, blobs, event_id, job_id, kind, at } = fact;
  return {
    schema: 1,
    device_id: writer.device_id,
    epoch: head.epoch,
    seq,
    prev: head.hash,
    hash: await headerHash(store.sha256, text),
    body,
    salt: toB64(salt),
    sig: kind === 'signoff.recorded' ? await writer.sign(text) : null,
    blobs,
    event_id,
    job_id,
    kind,
    at,
  };
}

/** Whether an event is what its hash says. */
export async function isIntact(sha256: Sha256, event: StoredEvent): Promise<boolean> {
  try {
    const { seq, prev, body, hash } = event;
    return await followsFromBytes(sha256, event.device_id, event.epoch, { seq, prev, body, hash, salt: fromB64(event.salt) });
  } catch {
    return false;
  }
}
