/**
 * Room on a full phone. Only what can be made or downloaded again is let go of, and what `sweep` may delete; the ballast, which
 * is kept for this moment, goes for the facts that end a visit.
 */
import { finished } from './database';
import type { EvidenceStore } from './evidence';
import type { Files } from './files';
import { readJobs, readStandards } from './jobs';
import { sweep } from './sweep';

/** Written for one signature after a full day, and again when there is room. */
export const BALLAST_BYTES = 20 * 1024 * 1024;
export const PART_BYTES = 4 * 1024 * 1024;
const BALLAST_PARTS = BALLAST_BYTES / PART_BYTES;

/** What a customer waits for at the door. */
const LAST_FACTS = new Set(['signoff.recorded', 'custody.handed_over', 'visit.completed', 'visit.failed']);

/** Ways to make room, the cheapest first. Each says whether it let go of anything. */
export function waysToMakeRoom(store: EvidenceStore, kinds: readonly string[]): (() => Promise<boolean>)[] {
  const last = kinds.some((kind) => LAST_FACTS.has(kind));
  return [() => dropThumbs(store), () => dropStandards(store), () => dropDelivered(store), () => releaseBallast(store.files, last)];
}

/** Make the ballast whole. Without room for all of it there is none. */
export async function keepBallast(files: Files): Promise<boolean> {
  if ((await ballastParts(files)).length === BALLAST_PARTS) return true;
  const filler = noise();
  try {
    for (let part = 1; part <= BALLAST_PARTS; part += 1) await files.write('id', `ballast-${part}`, filler);
    return true;
  } catch {
    await releaseBallast(files, true);
    return false;
  }
}

/** A part of it serves nobody: it goes for anything. */
async function releaseBallast(files: Files | null, whole: boolean): Promise<boolean> {
  const parts = files ? await ballastParts(files) : [];
  if (parts.length === 0 || (parts.length === BALLAST_PARTS && !whole)) return false;
  for (const part of parts) await files?.remove('id', part);
  return true;
}

async function ballastParts(files: Files): Promise<string[]> {
  return (await files.names('id')).filter((name) => name.startsWith('ballast-'));
}

/**
 * How many bytes can truly be written now, up to `most`: the browser's own estimate promises room that is not there.
 * null without files to try it with. What it wrote is gone when it returns.
 */
export async function probeRoom(files: Files | null, most: number): Promise<number | null> {
  if (!files) return null;
  const filler = noise();
  let parts = 0;
  try {
    for (; parts * PART_BYTES < most; parts += 1) await files.write('id', `room-${parts}`, filler);
  } catch {
    // Here the room ends; `parts` counts what fitted.
  }
  for (const name of await files.names('id').catch(() => [])) {
    if (name.startsWith('room-')) await files.remove('id', name).catch(() => undefined);
  }
  return parts * PART_BYTES;
}

/** Bytes that no file system can shrink or leave out. */
function noise(): ArrayBuffer {
  const bytes = new Uint32Array(PART_BYTES / 4);
  let state = 2_463_534_242;
  for (let at = 0; at < bytes.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes.buffer;
}

async function dropThumbs(store: EvidenceStore): Promise<boolean> {
  return store.database.run(async (db) => {
    const tx = db.transaction('thumbs', 'readwrite');
    const count = await tx.store.count();
    await finished(tx.done, [tx.store.clear()]);
    return count > 0;
  });
}

/** Standards that no job here pins. */
async function dropStandards(store: EvidenceStore): Promise<boolean> {
  const pinned = JSON.stringify(await readJobs(store.database));
  const over = [...(await readStandards(store.database)).keys()].filter((digest) => !pinned.includes(digest));
  await store.database.run((db) => {
    const tx = db.transaction('standards', 'readwrite');
    return finished(
      tx.done,
      over.map((digest) => tx.store.delete(digest)),
    );
  });
  return over.length > 0;
}

async function dropDelivered(store: EvidenceStore): Promise<boolean> {
  return (await sweep(store)) > 0;
}
