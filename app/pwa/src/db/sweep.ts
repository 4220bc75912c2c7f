/** Lets go of evidence that the office surely holds. The only code that deletes any; `retention` alone decides. */
import type { JobState } from '../domain/job';
import { finished } from './database';
import { eventFile, type EvidenceStore } from './evidence';
import { readJobs } from './jobs';
import { asJson, getMeta, type SyncMark } from './meta';
import { mayDelete, type Lifetime } from './retention';
import { readReceipts } from './receipts';
import type { StoredEvent, StoredJob } from './schema';

/** At most so many at once: it runs beside work. */
const AT_ONCE = 100;

/** @returns how many events it let go of. */
export async function sweep(store: EvidenceStore, mark: SyncMark): Promise<number> {
  return store.exclusively('log', async () => {
    const events = await store.database.run((db) => db.getAll('events'));
    const jobs = new Map((await readJobs(store.database)).map((job) => [job.job_id, job]));
    const { blobs: receipts } = await readReceipts(store.database);
    const places = placesOf(events);
    const over = events.filter((event) => mayDelete(lifetimeOf(event, places.get(event.event_id) ?? [event], jobs, receipts, mark))).slice(0, AT_ONCE);
    const kept = new Set(events.filter((event) => !over.includes(event)).flatMap(({ blobs }) => blobs));
    let deleted = 0;
    for (const event of over) if (await letGo(store, event, kept)) deleted += 1;
    return deleted;
  });
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

/** Files first: should this end half way, the database still knows what to put back, and the next run goes on. */
async function letGo(store: EvidenceStore, event: StoredEvent, kept: ReadonlySet<string>): Promise<boolean> {
  const blobs = event.blobs.filter((sha256) => !kept.has(sha256));
  if (store.files) {
    await store.files.remove('ev', eventFile(event));
    for (const sha256 of blobs) await store.files.remove('bl', sha256);
  }
  store.filed.delete(`ev/${eventFile(event)}`);
  for (const sha256 of blobs) store.filed.delete(`bl/${sha256}`);
  await store.database.run((db) => {
    const tx = db.transaction(['events', 'blobs', 'thumbs', 'receipts'], 'readwrite', { durability: 'strict' });
    return finished(tx.done, [
      tx.objectStore('events').delete([event.epoch, event.seq]),
      tx.objectStore('receipts').delete(`event:${event.event_id}`),
      ...blobs.flatMap((sha256) => [tx.objectStore('blobs').delete(sha256), tx.objectStore('thumbs').delete(sha256)]),
    ]);
  });
  await forgetSetAside(store, event);
  return true;
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
