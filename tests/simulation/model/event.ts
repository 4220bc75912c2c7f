/** Events of the model: linked as the real ones are, under a cheap stand-in for SHA-256. */
import type { StoredEvent } from '../../../app/pwa/src/db/schema';

export const ZERO = '0';
const NO_BLOBS: readonly string[] = [];

export interface Opening {
  readonly prior_epoch: number;
  readonly prior_acked_seq: number;
  readonly reason: string;
}

/** What is recorded: the same body keeps its id wherever it is appended again. */
export interface SimFact {
  readonly event_id: string;
  readonly body: string;
  readonly job_id: string | null;
  readonly kind: string;
  readonly blobs: readonly string[];
  /** Bytes of the blob it names; 0 for none. */
  readonly bytes: number;
  readonly opening: Opening | null;
}

export interface SimEvent extends StoredEvent {
  readonly bytes: number;
  readonly opening: Opening | null;
}

/** 53 bits are plenty: hashes are compared within one place of one log only. */
export function digest(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

export function link(device_id: string, epoch: number, seq: number, prev: string, salt: string, fact: SimFact): SimEvent {
  const hash = digest(`${device_id}|${epoch}|${seq}|${prev}|${salt}|${fact.body}`);
  const { event_id, body, job_id, kind, blobs, bytes, opening } = fact;
  const sig = kind === 'signoff.recorded' ? 's' : null;
  return { schema: 1, device_id, epoch, seq, prev, hash, body, salt, sig, blobs, event_id, job_id, kind, at: '', bytes, opening };
}

export function isWhole({ device_id, epoch, seq, prev, salt, body, hash }: SimEvent): boolean {
  return digest(`${device_id}|${epoch}|${seq}|${prev}|${salt}|${body}`) === hash;
}

export function damaged(event: SimEvent): SimEvent {
  return { ...event, body: `${event.body}?` };
}

/** A fact about the device itself. */
export function ownFact(event_id: string, kind: string, said: string, opening: Opening | null = null): SimFact {
  return { event_id, body: `${event_id} ${kind} ${said}`, job_id: null, kind, blobs: NO_BLOBS, bytes: 0, opening };
}
