/** The outbox is a view: own events behind the acknowledged prefix, and blobs without a receipt. Nothing is ever moved. */
import { readBlob, readEvent } from './blobs';
import { isIntact, saidSize } from './chain';
import type { EvidenceStore } from './evidence';
import { headOf } from './facts';
import { getMeta, NO_SYNC } from './meta';
import { readReceipts } from './receipts';
import type { StoredEvent } from './schema';

/** An event as it travels (PROTOCOL S). */
export interface WireEvent {
  readonly seq: number;
  readonly prev: string;
  readonly body: string;
  readonly salt: string;
  readonly hash: string;
  readonly sig: string | null;
  readonly blobs: readonly string[];
}

export interface OutboxEvent {
  readonly seq: number;
  /** Bytes on the wire. */
  readonly size: number;
  readonly at: string;
}

export interface OutboxBlob {
  readonly sha256: string;
  readonly size: number;
  readonly rank: 0 | 1;
  readonly epoch: number;
  readonly seq: number;
  readonly at: string;
}

export interface Outbox {
  readonly epoch: number;
  readonly acked_seq: number;
  readonly head_seq: number;
  readonly events: readonly OutboxEvent[];
  readonly blobs: readonly OutboxBlob[];
}

/** @param acked_seq of the present epoch; without it, what the server said last. */
export async function readOutbox(store: EvidenceStore, acked_seq?: number): Promise<Outbox> {
  const head = await headOf(store);
  const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
  const acked = acked_seq ?? mark.acked[String(head.epoch)] ?? 0;
  const all = await store.database.run((db) => db.getAll('events'));
  const { blobs: receipted } = await readReceipts(store.database);
  const own = all.filter((event) => event.epoch === head.epoch && event.seq > acked);
  const blobs = await Promise.all(all.flatMap((event) => event.blobs.filter((sha256) => !receipted.has(sha256)).map((sha256) => outboxBlob(store, event, sha256))));
  // An event of a closed epoch may stand in the present one as well: the newest place is where the server looks.
  const newest = new Map(blobs.map((blob) => [blob.sha256, blob]));
  return { epoch: head.epoch, acked_seq: acked, head_seq: head.seq, events: own.map(outboxEvent), blobs: [...newest.values()] };
}

export function outboxEvent(event: StoredEvent): OutboxEvent {
  return { seq: event.seq, size: new TextEncoder().encode(JSON.stringify(wireOf(event))).length + 1, at: event.at };
}

/** Statements and strokes go before photos. */
export async function outboxBlob(store: EvidenceStore, event: StoredEvent, sha256: string): Promise<OutboxBlob> {
  const { epoch, seq, at, kind } = event;
  // A damaged event may state any size, and with a wrong one its photo never arrives.
  const whole = (await isIntact(store.sha256, event)) ? event : await readEvent(store, epoch, seq);
  const size = (whole && saidSize(whole, sha256)) ?? (await heldSize(store, sha256));
  return { sha256, size, rank: kind === 'signoff.recorded' ? 0 : 1, epoch, seq, at };
}

export function wireOf({ seq, prev, body, salt, hash, sig, blobs }: StoredEvent): WireEvent {
  return { seq, prev, body, salt, hash, sig, blobs };
}

async function heldSize(store: EvidenceStore, sha256: string): Promise<number> {
  return (await readBlob(store, sha256))?.byteLength ?? 0;
}
