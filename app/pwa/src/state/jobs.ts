/** The jobs this phone holds, as the screens need them: snapshot and own events folded, checklist laid. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { steps, type Step } from '../domain/checklist';
import type { Event } from '../domain/events';
import { fold, FOLD_V, planned, type JobState } from '../domain/job';
import type { Standard } from '../domain/standard';
import type { Snapshot, StoredJob } from '../db/schema';
import { isDelivered } from './delivery';
import { heldJobs, heldStandards, ownEvents, standings, type OwnEvent } from './held';
import { shellKept } from './update';

export interface JobView {
  readonly job_id: string;
  /** The snapshot's rev: what `seen.rev` of a new fact says. */
  readonly rev: number;
  /** The snapshot with this phone's own later events folded on top. */
  readonly state: JobState;
  /** The pinned standards; empty until all of them are here. */
  readonly standards: readonly Standard[];
  readonly steps: readonly Step[];
  readonly offline_ready: boolean;
  /** `standard` (a pinned standard is not here yet), `app` (the app itself is not kept for offline use yet), `looking` (it may be). */
  readonly not_ready_why: readonly ('standard' | 'app' | 'looking')[];
  /** Names by user id. */
  readonly people: Readonly<Record<string, string>>;
  /** This phone's own events of the job: an item is delivered when the event and all its blobs have receipts. */
  readonly items: { readonly total: number; readonly delivered: number; readonly on_phone: number };
  /** The office folds with a newer meaning than this build knows; recording and sending go on. */
  readonly update_needed: boolean;
}

/** Own events by job, the list of a job being the same object as long as nothing was added to it. */
const eventsByJob = computed<ReadonlyMap<string, readonly OwnEvent[]>>(() => {
  const byJob = new Map<string, OwnEvent[]>();
  for (const event of ownEvents.value) {
    const { job_id } = event.stored;
    if (job_id === null) continue;
    const list = byJob.get(job_id);
    if (list) list.push(event);
    else byJob.set(job_id, [event]);
  }
  return byJob;
});

/** Sorted by slot, jobs without a slot last. */
export const jobs: ReadonlySignal<readonly JobView[]> = computed(() =>
  heldJobs.value.flatMap((job) => (job.snapshot ? [viewOf(job, job.snapshot, eventsByJob.value.get(job.job_id) ?? [])] : [])).sort(bySlot),
);

/** One job, or null when this phone does not hold it. */
export function jobById(jobId: string): ReadonlySignal<JobView | null> {
  return computed(() => jobs.value.find((view) => view.job_id === jobId) ?? null);
}

interface Folded {
  readonly snapshot: Snapshot;
  readonly own: readonly OwnEvent[];
  readonly standards: readonly Standard[];
  readonly state: JobState;
  readonly steps: readonly Step[];
}

const folded = new Map<string, Folded>();

function viewOf(job: StoredJob, snapshot: Snapshot, events: readonly OwnEvent[]): JobView {
  const own = provisional(job, snapshot, events);
  const { state, standards, steps: laid } = foldedOf(snapshot, own);
  const missing = state.standards.length !== standards.length;
  const why = [...(missing ? ['standard' as const] : []), ...(shellKept.value ? [] : [shellKept.value === null ? ('looking' as const) : ('app' as const)])];
  const held = events.flatMap(({ stored }) => (standings.value.get(stored.event_id)?.event.stored.hash === stored.hash ? [stored.event_id] : []));
  const delivered = held.filter(isDelivered).length;
  return {
    job_id: job.job_id,
    rev: snapshot.rev,
    state,
    standards: missing ? [] : standards,
    steps: laid,
    offline_ready: why.length === 0,
    not_ready_why: why,
    people: snapshot.people,
    items: { total: held.length, delivered, on_phone: held.length - delivered },
    update_needed: job.unread !== null,
  };
}

/** The own events that the snapshot does not cover (PROTOCOL S11), each once, in the log's order. */
function provisional(job: StoredJob, snapshot: Snapshot, events: readonly OwnEvent[]): OwnEvent[] {
  const behind = events.filter(({ stored }) => stored.epoch > job.epoch || (stored.epoch === job.epoch && stored.seq > snapshot.own_seq));
  const covered = new Set(events.filter((event) => !behind.includes(event)).map(({ stored }) => stored.event_id));
  const once = new Map<string, OwnEvent>();
  for (const event of behind) if (!covered.has(event.stored.event_id)) once.set(event.stored.event_id, event);
  return [...once.values()];
}

/** Folding and laying are the costly part: done again only for a job of which something changed. */
function foldedOf(snapshot: Snapshot, own: readonly OwnEvent[]): Folded {
  const before = folded.get(snapshot.job_id);
  const pinned = (snapshot.state as unknown as JobState).standards;
  const standards = pinned.flatMap(({ digest }) => heldStandards.value.get(digest) ?? []);
  if (before && before.snapshot === snapshot && isSame(before.own, own) && isSame(before.standards, standards)) return before;
  // Members that an older server's fold did not have are as in a planned job.
  const confirmed = { ...planned(), ...(snapshot.state as unknown as JobState) };
  const state = fold(own.map((event, at) => asEvent(event, snapshot.rev + 1 + at)), confirmed);
  const laid = standards.length === pinned.length ? steps(state, standards) : [];
  const now: Folded = { snapshot, own, standards, state, steps: laid };
  folded.set(snapshot.job_id, now);
  return now;
}

/** Until the server has given its rev, an own event counts as the next ones. */
function asEvent({ stored, envelope }: OwnEvent, rev: number): Event {
  const { event_id, kind, kv, at, seen, actor, data } = envelope;
  return { rev, device_id: stored.device_id, event_id, kind, kv, at, seen_rev: seen.rev, actor, data, flags: [], redacted: false };
}

function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((part, at) => part === b[at]);
}

function bySlot(a: JobView, b: JobView): number {
  const [from, other] = [a.state.slot?.from ?? '9', b.state.slot?.from ?? '9'];
  if (from !== other) return from < other ? -1 : 1;
  return a.job_id < b.job_id ? -1 : 1;
}

/** What the drain tells storage that this build can read. */
export const KNOWN_FOLD_V = FOLD_V;
