/** The evidence store: the database, the second copy, and what both need. */
import type { Bytes, Sha256 } from '../domain/log';
import type { Database } from './database';
import type { Files } from './files';
import type { StoredEvent } from './schema';

/** Runs `work` while no other tab runs any under the same name. */
export type Exclusively = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** The device key over bytes, base64url. */
export type Sign = (bytes: Bytes) => Promise<string>;

export interface EvidenceStore {
  readonly database: Database;
  /** null where the browser has no private file system: then there is one copy. */
  readonly files: Files | null;
  /** Paths of files that hold what they should, as far as this page knows: `ev/<name>`, `bl/<sha256>`. */
  readonly filed: Set<string>;
  readonly exclusively: Exclusively;
  readonly sha256: Sha256;
  readonly random: (count: number) => Bytes;
}

/** Who writes the log, and with which key. */
export interface Writer {
  readonly device_id: string;
  readonly sign: Sign;
}

/** A torn file cannot pass for another: its name is its content's hash. */
export function eventFile(event: StoredEvent): string {
  return `${event.epoch}-${event.seq}-${event.hash}.json`;
}

/** In how many places an event and its blobs lie on this phone. */
export function copiesOf(store: EvidenceStore, event: StoredEvent): 1 | 2 {
  const paths = [`ev/${eventFile(event)}`, ...event.blobs.map((sha256) => `bl/${sha256}`)];
  return paths.every((path) => store.filed.has(path)) ? 2 : 1;
}

export function copiesOfBlob(store: EvidenceStore, sha256: string): 1 | 2 {
  return store.filed.has(`bl/${sha256}`) ? 2 : 1;
}
