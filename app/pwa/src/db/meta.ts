/** The few single facts about this phone, each under its own key in the store `meta`. */
import type { Json } from '../domain/events';
import type { Database } from './database';
import type { Head } from './schema';

export interface Identity {
  readonly device_id: string;
  readonly alg: 'ES256' | 'EdDSA';
  readonly user: { readonly id: string; readonly name: string };
  readonly tenant: { readonly id: string; readonly name: string };
  /** RFC 3339, the server's clock. */
  readonly enrolled_at: string;
  /** The server's signed word that this device is enrolled (PROTOCOL E4). */
  readonly certificate: { readonly text: string; readonly sig: string; readonly key_id: string };
}

/** Who this storage is. The same record lies among the files; when only one of them is left, the other was lost. */
export interface Install {
  readonly install_id: string;
  /** Whether the second copy ever worked here. */
  readonly filed: boolean;
}

/** What the server last said about the log. */
export interface SyncMark {
  readonly server_epoch: string | null;
  readonly challenge: string | null;
  /** By epoch: the longest prefix that the server holds. */
  readonly acked: Readonly<Record<string, number>>;
  /** When how much was first known to be held, oldest first, the server's clock. For the retention window. */
  readonly acks: readonly Ack[];
  readonly server_time: string | null;
  /** The phone's clock. */
  readonly last_ok_at: string | null;
  /** An epoch that the server gave and that is not open yet. A number is given once, so it must not be forgotten. */
  readonly opening: { readonly epoch: number; readonly prior_epoch: number; readonly acked_seq: number; readonly reason: 'fork' | 'restore' | 'damaged' } | null;
  /** Blobs that the server asked for and this phone no longer has. */
  readonly missing: readonly string[];
}

export interface Ack {
  readonly epoch: number;
  readonly seq: number;
  readonly server_time: string;
}

/** The log whose key is gone: where it ended, for the `log.opened` of the next one. */
export interface Former {
  readonly identity: Identity | null;
  readonly epoch: number;
  readonly acked_seq: number;
  readonly hash: string;
}

export interface Settings {
  readonly language: 'en' | 'zh-Hans' | null;
  readonly theme: 'auto' | 'light' | 'dark' | 'sun';
}

/** A job that the office took from this phone's list, until the installer has seen that. */
export interface Departed {
  readonly job_id: string;
  readonly name: string;
  readonly slot: { readonly from: string; readonly to: string } | null;
}

/** P-256; `key_id` is the beginning of the thumbprint of the key itself (PROTOCOL S8). */
export interface ServerKey {
  readonly key_id: string;
  readonly public_key: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
}

interface MetaValues {
  install: Install;
  identity: Identity;
  head: Head;
  sync: SyncMark;
  former: Former;
  settings: Settings;
  /** File names of events that were recorded again under a newer key. */
  set_aside: readonly string[];
  /** The files were found gone; the fact that says so is still to be recorded. */
  files_lost: boolean;
  /** Everything was found gone when this phone was enrolled: what was known of it, until the fact that says so is recorded. */
  all_lost: string;
  departed: readonly Departed[];
  /** What is whole nowhere, and the office was told so: the SHA-256 of blobs. */
  told_damaged: readonly string[];
  /** The server's public keys that its receipts are checked with. One that is known is never replaced. */
  server_keys: readonly ServerKey[];
}

export type MetaKey = keyof MetaValues;

export const NO_SYNC: SyncMark = {
  server_epoch: null,
  challenge: null,
  acked: {},
  acks: [],
  server_time: null,
  last_ok_at: null,
  opening: null,
  missing: [],
};

export async function getMeta<K extends MetaKey>(database: Database, key: K): Promise<MetaValues[K] | null> {
  return database.run(async (db) => asMeta<K>(await db.get('meta', key)));
}

export async function putMeta<K extends MetaKey>(database: Database, key: K, value: MetaValues[K]): Promise<void> {
  await database.run(async (db) => {
    const tx = db.transaction('meta', 'readwrite', { durability: 'strict' });
    await Promise.all([tx.store.put(asJson(value), key), tx.done]);
  });
}

/** A value of `meta` as what it is; this module and its callers are the only writers. */
export function asMeta<K extends MetaKey>(value: Json | undefined): MetaValues[K] | null {
  return (value ?? null) as unknown as MetaValues[K] | null;
}

export function asJson<K extends MetaKey>(value: MetaValues[K]): Json {
  return value as unknown as Json;
}
