/**
 * What storage holds, as signals. Read at boot, and again by parts when something wrote.
 *
 * All that screens see is computed from these and from the machine's state, so there is one place to be wrong in.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Envelope } from '../domain/events';
import { readStandard, type Standard } from '../domain/standard';
import { envelopeIn } from '../db/chain';
import type { EvidenceStore } from '../db/evidence';
import { readJobs, readStandards } from '../db/jobs';
import { getMeta, NO_SYNC, type Departed, type SyncMark } from '../db/meta';
import { readReceipts, type ReceiptsHeld } from '../db/receipts';
import type { StoredEvent, StoredJob } from '../db/schema';
import { START, type SyncState } from '../sync/syncState';
import type { KeptKind } from '../sync/drain';

/** An own event and what its body says. */
export interface OwnEvent {
  readonly stored: StoredEvent;
  readonly envelope: Envelope;
}

/** By epoch and seq. */
const logEvents = signal<readonly OwnEvent[]>([]);
/** Kept among the files alone until the database works again (see `late`). */
const lateEvents = signal<readonly OwnEvent[]>([]);
/** All that was recorded here: the log, and behind it what has no place in it yet. */
export const ownEvents: ReadonlySignal<readonly OwnEvent[]> = computed(() => {
  if (lateEvents.value.length === 0) return logEvents.value;
  const ids = new Set(logEvents.value.map(({ stored }) => stored.event_id));
  return [...logEvents.value, ...lateEvents.value.filter(({ stored }) => !ids.has(stored.event_id))];
});
export const heldJobs = signal<readonly StoredJob[]>([]);
/** Jobs that the office took away and that nobody has seen to be gone. */
export const departed = signal<readonly Departed[]>([]);
export const heldStandards = signal<ReadonlyMap<string, Standard>>(new Map());
export const heldReceipts = signal<ReceiptsHeld>({ blobs: new Map(), verdicts: new Map() });
export const syncMark = signal<SyncMark>(NO_SYNC);
/** The machine's state, here or in the tab that sends. */
export const syncState = signal<SyncState>(START);
/** Counts up when second copies were made, since the store's set of files is no signal. */
export const filedCount = signal(0);
/** The phone's clock, to the minute: for the age of what waits. */
export const minute = signal(Date.now());

/** Where one event stands: its newest place in the log, and whether the server acknowledged it in any. */
export interface Standing {
  readonly event: OwnEvent;
  readonly acked: boolean;
}

/** Each event once, by event_id, though a closed epoch may hold it as well. */
export const standings = computed<ReadonlyMap<string, Standing>>(() => {
  const { acked } = syncMark.value;
  const found = new Map<string, Standing>();
  for (const event of ownEvents.value) {
    const { event_id, epoch, seq } = event.stored;
    const here = seq <= (acked[String(epoch)] ?? 0);
    found.set(event_id, { event, acked: here || (found.get(event_id)?.acked ?? false) });
  }
  return found;
});

/** For each blob, the newest event that names it. */
export const blobOwners = computed<ReadonlyMap<string, OwnEvent>>(() => {
  const owners = new Map<string, OwnEvent>();
  for (const { event } of standings.value.values()) for (const sha256 of event.stored.blobs) owners.set(sha256, event);
  return owners;
});

export function ownEvent(stored: StoredEvent): OwnEvent {
  return { stored, envelope: JSON.parse(stored.body) as Envelope };
}

/** What no copy gives back as it was shows nothing, and keeps nothing else from being shown. */
function readable(stored: StoredEvent): OwnEvent[] {
  return envelopeIn(stored.body) ? [ownEvent(stored)] : [];
}

export function addOwnEvents(events: readonly StoredEvent[]): void {
  logEvents.value = [...logEvents.value, ...events.map(ownEvent)];
}

export function addLateEvents(events: readonly StoredEvent[]): void {
  lateEvents.value = [...lateEvents.value, ...events.map(ownEvent)];
}

/** Those that wait on are given; the others have their places in the log now. */
export function setLateEvents(events: readonly StoredEvent[]): void {
  if (events.length > 0 || lateEvents.value.length > 0) lateEvents.value = events.map(ownEvent);
}

export function hasLateEvents(): boolean {
  return lateEvents.value.length > 0;
}

export async function readAgain(store: EvidenceStore, kind: KeptKind): Promise<void> {
  const { database } = store;
  switch (kind) {
    case 'events': {
      const known = new Map(logEvents.value.map((event) => [event.stored.hash, event]));
      const stored = await database.run((db) => db.getAll('events'));
      logEvents.value = stored.flatMap((event) => known.get(event.hash) ?? readable(event));
      return;
    }
    case 'jobs':
      heldJobs.value = keptIdentities(heldJobs.value, await readJobs(database));
      departed.value = (await getMeta(database, 'departed')) ?? [];
      return;
    case 'standards':
      heldStandards.value = await standardsRead(store);
      return;
    case 'acks':
      syncMark.value = (await getMeta(database, 'sync')) ?? NO_SYNC;
      heldReceipts.value = await readReceipts(database);
      return;
    case 'receipts':
      syncMark.value = (await getMeta(database, 'sync')) ?? NO_SYNC;
      heldReceipts.value = await readReceipts(database);
  }
}

export async function readEverything(store: EvidenceStore): Promise<void> {
  for (const kind of ['acks', 'events', 'standards', 'jobs'] as const) await readAgain(store, kind);
}

/** A job that did not change keeps its object, so that its view is not computed again. */
function keptIdentities(before: readonly StoredJob[], after: readonly StoredJob[]): readonly StoredJob[] {
  const known = new Map(before.map((job) => [job.job_id, job]));
  return after.map((job) => {
    const same = known.get(job.job_id);
    const unchanged = same?.snapshot?.rev === job.snapshot?.rev && same?.server_epoch === job.server_epoch && same?.epoch === job.epoch;
    return same && unchanged && same.unread?.snapshot.rev === job.unread?.snapshot.rev ? same : job;
  });
}

/** A standard of a format that this build does not read is as good as not here. */
async function standardsRead(store: EvidenceStore): Promise<ReadonlyMap<string, Standard>> {
  const known = heldStandards.value;
  const read = new Map<string, Standard>();
  for (const [digest, text] of await readStandards(store.database)) {
    try {
      read.set(digest, known.get(digest) ?? readStandard(text));
    } catch {
      continue;
    }
  }
  return read;
}
