/**
 * Facts that came while the database did not work: kept among the files alone, and taken up into the log when it works again.
 *
 * A late fact has no place in the log, because nobody can tell the log's end without the database. It has its `event_id`
 * already, so taking it up twice, or after the database had kept it all the same, records it once.
 */
import { utf8 } from '../domain/log';
import { readFact, type ReadFact } from './chain';
import { digestOf } from './digest';
import type { EvidenceStore } from './evidence';
import type { Files } from './files';
import type { StoredEvent } from './schema';

/** Behind every epoch that a server gives. */
export const LATE_EPOCH = Number.MAX_SAFE_INTEGER;

export interface LateFact {
  /** Its file. */
  readonly name: string;
  readonly fact: ReadFact;
}

/** The facts and their blobs as files, each read back. False, and nothing stays, when one of them cannot be kept. */
export async function keepLate(files: Files, facts: readonly ReadFact[], bytes: ReadonlyMap<string, ArrayBuffer>): Promise<boolean> {
  const written: string[] = [];
  try {
    for (const [sha256, blob] of bytes) await files.write('bl', sha256, blob);
    for (const sha256 of facts.flatMap(({ blobs }) => blobs)) {
      if (bytes.has(sha256)) continue;
      const held = await files.read('bl', sha256);
      if (!held || (await digestOf(held)) !== sha256) return false;
    }
    const last = (await files.names('late')).sort().at(-1);
    for (const [at, fact] of facts.entries()) {
      const text = utf8(fact.body);
      // In front, where it stands among the others: no clock tells that for sure.
      const name = `${String(placeOf(last) + 1 + at).padStart(6, '0')}-${await digestOf(text.buffer)}`;
      written.push(name);
      await files.write('late', name, text.buffer);
    }
    return true;
  } catch {
    for (const name of written) await files.remove('late', name).catch(() => undefined);
    return false;
  }
}

function placeOf(name: string | undefined): number {
  return name === undefined ? 0 : Number.parseInt(name, 10);
}

/** What waits, oldest first. A torn file was never said to be saved; it is passed over and stays. */
export async function readLate(store: EvidenceStore): Promise<LateFact[]> {
  if (!store.files) return [];
  const found: LateFact[] = [];
  for (const name of (await store.files.names('late')).sort()) {
    const bytes = await store.files.read('late', name).catch(() => null);
    if (bytes && name.endsWith(await digestOf(bytes))) found.push({ name, fact: readFact(new TextDecoder().decode(bytes)) });
  }
  return found;
}

/** As what screens show it until it has its place: the last of the log, acknowledged by nobody. */
export function lateEvent(fact: ReadFact, device_id: string): StoredEvent {
  const { body, blobs, event_id, job_id, kind, at } = fact;
  const place = { epoch: LATE_EPOCH, seq: LATE_EPOCH, prev: '', hash: event_id, salt: '', sig: null };
  return { schema: 1, device_id, ...place, body, blobs, event_id, job_id, kind, at };
}
