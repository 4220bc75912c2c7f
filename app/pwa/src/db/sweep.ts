/**
 * Lets go of evidence that the office surely holds. The only code that deletes any; `retention` alone decides.
 *
 * A page may be frozen anywhere, lose its lock, and go on much later: so what is known is read, judged and deleted in one and the same
 * transaction. The files follow; what somebody recorded again meanwhile gets its file back.
 */
import type { IDBPTransaction } from 'idb';
import type { JobState } from '../domain/job';
import { allOrNone, type Connection } from './database';
import { eventFile, type EvidenceStore } from './evidence';
import { encoded, writeFile } from './facts';
import { asJson, asMeta, getMeta, NO_SYNC, type SyncMark } from './meta';
import { mayDelete, type Lifetime } from './retention';
import { receiptsIn } from './receipts';
import type { PhoneSchema, StoredEvent, StoredJob } from './schema';

/** At most so many at once: it runs beside work. */
const AT_ONCE = 100;

const STORES = ['events', 'jobs', 'receipts', 'meta', 'blobs', 'thumbs'] as const;
type Reading<Mode extends IDBTransactionMode> = IDBPTransaction<PhoneSchema, typeof STORES, Mode>;

/** An event to let go of, and those of its blobs that no other event names. */
interface Over {
  readonly event: StoredEvent;
  readonly blobs: readonly string[];
}

/** @returns how many events it let go of. */
export async function sweep(store: EvidenceStore): Promise<number> {
  return store.exclusively('log', async () => {
    const some = await store.database.run((db) => overIn(db.transaction(STORES)));
    if (some.length === 0) return 0;
    const gone = await store.database.run(deleted);
    // One that cannot be removed now is found at the next start.
    for (const over of gone) await removeFiles(store, over).catch(() => undefined);
    return gone.length;
  });
}

async function deleted(db: Connection): Promise<Over[]> {
  const tx = db.transaction(STORES, 'readwrite', { durability: 'strict' });
  tx.done.catch(() => undefined);
  const over = await overIn(tx);
  function* deletes(): Generator<Promise<unknown>> {
    for (const { event, blobs } of over) {
      yield tx.objectStore('events').delete([event.epoch, event.seq]);
      yield tx.objectStore('receipts').delete(`event:${event.event_id}`);
      for (const sha256 of blobs) yield tx.objectStore('blobs').delete(sha256);
      for (const sha256 of blobs) yield tx.objectStore('thumbs').delete(sha256);
    }
  }
  await allOrNone(tx, deletes());
  return over;
}

async function overIn<Mode extends IDBTransactionMode>(tx: Reading<Mode>): Promise<Over[]> {
  const [events, held, keys, receipts, mark] = await Promise.all([
    tx.objectStore('events').getAll(),
    tx.objectStore('jobs').getAll(),
    tx.objectStore('receipts').getAllKeys(),
    tx.objectStore('receipts').getAll(),
    tx.objectStore('meta').get('sync'),
  ]);
  const said = asMeta<'sync'>(mark) ?? NO_SYNC;
  const jobs = new Map(held.map((job) => [job.job_id, job]));
  const { blobs } = receiptsIn(keys, receipts);
  const places = placesOf(events);
  const over = events.filter((event) => mayDelete(lifetimeOf(event, places.get(event.event_id) ?? [event], jobs, blobs, said))).slice(0, AT_ONCE);
  const kept = new Set(events.filter((event) => !over.includes(event)).flatMap((event) => event.blobs));
  return over.map((event) => ({ event, blobs: event.blobs.filter((sha256) => !kept.has(sha256)) }));
}

/** What the predicate has to know of one event. `places` are all where it stands; `receipts` those of blobs, with their times. */
export function lifetimeOf(
  event: StoredEvent,
  places: readonly StoredEvent[],
  jobs: ReadonlyMap<string, StoredJob>,
  receipts: ReadonlyMap<string, string>,
  mark: SyncMark,
): Lifetime {
  const acks = places.flatMap(({ epoch, seq }) => mark.acks.filter((ack) => ack.epoch === epoch && ack.seq >= seq).slice(0, 1));
  const acked_at = acks.map(({ server_time }) => Date.parse(server_time));
  const blobs_at = event.blobs.map((sha256) => Date.parse(receipts.get(sha256) ?? ''));
  const times = [...(acked_at.length > 0 ? [Math.min(...acked_at)] : [Number.NaN]), ...blobs_at];
  const job = event.job_id === null ? undefined : jobs.get(event.job_id);
  return {
    receipted: places.some(({ epoch, seq }) => seq <= (mark.acked[String(epoch)] ?? 0)),
    covered: job === undefined || isCovered(job, places, mark),
    blobs_receipted: event.blobs.map((sha256) => receipts.has(sha256)),
    receipted_at_ms: times.every(Number.isFinite) ? Math.max(...times) : null,
    now_ms: mark.server_time === null ? null : Date.parse(mark.server_time),
    job: job?.snapshot ? (job.snapshot.state as unknown as JobState).stage : job ? 'dispatched' : 'gone',
  };
}

/** A snapshot of this lineage covers what it counted of its own epoch, and all that was acknowledged in the epochs before. */
function isCovered({ snapshot, epoch, server_epoch }: StoredJob, places: readonly StoredEvent[], mark: SyncMark): boolean {
  if (!snapshot || server_epoch !== mark.server_epoch) return false;
  const { acked } = mark;
  const upTo = (place: StoredEvent): number => (place.epoch === epoch ? snapshot.own_seq : (acked[String(place.epoch)] ?? 0));
  return places.some((place) => place.epoch <= epoch && place.seq <= upTo(place));
}

/** An event may stand in several epochs. */
function placesOf(events: readonly StoredEvent[]): Map<string, StoredEvent[]> {
  const places = new Map<string, StoredEvent[]>();
  for (const event of events) places.set(event.event_id, [...(places.get(event.event_id) ?? []), event]);
  return places;
}

/** The event's own file last: should this end half way, the next start puts the event back from it, and the next run goes on. */
async function removeFiles(store: EvidenceStore, { event, blobs }: Over): Promise<void> {
  const { database, files, filed } = store;
  for (const sha256 of blobs) {
    await files?.remove('bl', sha256);
    filed.delete(`bl/${sha256}`);
    const back = await database.run((db) => db.get('blobs', sha256));
    if (back) await writeFile(store, 'bl', sha256, back);
  }
  await files?.remove('ev', eventFile(event));
  filed.delete(`ev/${eventFile(event)}`);
  const back = await database.run((db) => db.get('events', [event.epoch, event.seq]));
  if (back) await writeFile(store, 'ev', eventFile(back), encoded(back));
  else await forgetSetAside(store, event);
}

/** The file that an older key wrote for this event goes with it. */
async function forgetSetAside(store: EvidenceStore, event: StoredEvent): Promise<void> {
  const aside = (await getMeta(store.database, 'set_aside')) ?? [];
  if (aside.length === 0 || !store.files) return;
  for (const name of aside) {
    const bytes = await store.files.read('ev', name);
    const text = bytes ? new TextDecoder().decode(bytes) : '';
    if (bytes && !text.includes(event.event_id)) continue;
    await store.files.remove('ev', name);
    const left = aside.filter((other) => other !== name);
    await store.database.run((db) => db.put('meta', asJson<'set_aside'>(left), 'set_aside'));
    return;
  }
}
