/**
 * What lies in the phone's database.
 *
 * The physical version is 1 for ever: a newer one would lock out an older build after a rollback, and an upgrade waits
 * for every other tab. The stores are generic, so that a change is a change of a record's `schema`, read by the code.
 */
import type { DBSchema } from 'idb';
import type { Json, JsonObject } from '../domain/events';

export const DATABASE_NAME = 'doorstep';
export const DATABASE_VERSION = 1;

/** One own event. The members up to `blobs` are the wire form; the rest is read from the body for quick reading. */
export interface StoredEvent {
  readonly schema: 1;
  readonly device_id: string;
  readonly epoch: number;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly body: string;
  /** base64url. */
  readonly salt: string;
  readonly sig: string | null;
  readonly blobs: readonly string[];
  readonly event_id: string;
  readonly job_id: string | null;
  readonly kind: string;
  /** The device's claim. */
  readonly at: string;
}

/** The last event of the log; seq 0 and 64 zeros when the epoch has none. */
export interface Head {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

/** A snapshot as the server sent it (PROTOCOL S11). */
export interface Snapshot {
  readonly job_id: string;
  readonly rev: number;
  readonly own_seq: number;
  readonly fold_v: number;
  readonly state: JsonObject;
  readonly people: Readonly<Record<string, string>>;
}

export interface StoredJob {
  readonly schema: 1;
  readonly job_id: string;
  /** The newest snapshot that this build can read; null when there was none yet. */
  readonly snapshot: Snapshot | null;
  /** A newer one with a `fold_v` that this build does not know; read after an update. */
  readonly unread: { readonly snapshot: Snapshot; readonly epoch: number } | null;
  /** The epoch that the snapshot's `own_seq` counts in. */
  readonly epoch: number;
  /** Revs compare only within one lineage of the server's database. */
  readonly server_epoch: string;
}

export interface Receipt {
  readonly text: string;
  readonly sig: string;
  readonly key_id: string;
}

/** The server's word on an event, a blob or a log. Key: `blob:<sha256>`, `log:<epoch>`, `event:<event_id>`. */
export type StoredReceipt =
  | { readonly schema: 1; readonly about: 'blob'; readonly receipt: Receipt; readonly server_epoch: string; readonly server_time: string }
  | { readonly schema: 1; readonly about: 'log'; readonly receipt: Receipt; readonly server_epoch: string; readonly server_time: string }
  | { readonly schema: 1; readonly about: 'event'; readonly status: 'flagged' | 'quarantined'; readonly flags: readonly string[] };

export interface PhoneSchema extends DBSchema {
  events: { key: [epoch: number, seq: number]; value: StoredEvent };
  /** SHA-256 to bytes; an ArrayBuffer and never a Blob, which WebKit loses or mixes up. Read by primary key only. */
  blobs: { key: string; value: ArrayBuffer };
  jobs: { key: string; value: StoredJob };
  /** Digest to the exact text. */
  standards: { key: string; value: string };
  /** The key pair alone: a browser that cannot read it back gives null for its whole record. */
  keys: { key: string; value: CryptoKeyPair };
  meta: { key: string; value: Json };
  thumbs: { key: string; value: ArrayBuffer };
  drafts: { key: string; value: Json };
  receipts: { key: string; value: StoredReceipt };
  /** Events of a log whose key is gone, waiting to be recorded again under a new one. Key: their file name. */
  recovered: { key: string; value: StoredEvent };
}

export type StoreName = 'events' | 'blobs' | 'jobs' | 'standards' | 'keys' | 'meta' | 'thumbs' | 'drafts' | 'receipts' | 'recovered';

export const STORES: readonly StoreName[] = [
  'events',
  'blobs',
  'jobs',
  'standards',
  'keys',
  'meta',
  'thumbs',
  'drafts',
  'receipts',
  'recovered',
];
