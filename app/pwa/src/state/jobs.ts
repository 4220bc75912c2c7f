/** The jobs this phone holds, as the screens need them: snapshot and own events folded, checklist laid. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Step } from '../domain/checklist';
import type { JobState } from '../domain/job';
import type { Standard } from '../domain/standard';

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
  /** `standard` (a pinned standard is not here yet), `app` (the app itself is not kept for offline use yet). */
  readonly not_ready_why: readonly ('standard' | 'app')[];
  /** Names by user id. */
  readonly people: Readonly<Record<string, string>>;
  /** This phone's own events of the job: an item is delivered when the event and all its blobs have receipts. */
  readonly items: { readonly total: number; readonly delivered: number; readonly on_phone: number };
  /** The office folds with a newer meaning than this build knows; recording and sending go on. */
  readonly update_needed: boolean;
}

const views = signal<readonly JobView[]>([]);

/** Sorted by slot, jobs without a slot last. */
export const jobs: ReadonlySignal<readonly JobView[]> = views;

/** One job, or null when this phone does not hold it. */
export function jobById(jobId: string): ReadonlySignal<JobView | null> {
  return computed(() => views.value.find((view) => view.job_id === jobId) ?? null);
}
