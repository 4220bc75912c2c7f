/** The review queue: which jobs are shown, refreshed in place while one looks at them. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { get, query } from './api';
import type { Counts, JobPage, JobRow } from './shapes';

export const TABS = ['review', 'waiting', 'returned', 'all'] as const;
export type Tab = (typeof TABS)[number];

/** What the list is asked for. */
export interface Wanted {
  readonly tab: Tab;
  readonly q: string;
  /** A station's id, `all`, or null: the supervisor's own. */
  readonly station_id: string | null;
}

export interface Shown {
  readonly wanted: Wanted;
  readonly rows: readonly JobRow[];
  readonly next: string | null;
  readonly counts: Counts;
  /** When the office answered, in this browser's milliseconds. */
  readonly loaded_at_ms: number;
}

const PAGE = 50;
const ROWS_MAX_REFRESHED = 300;

export const wanted = signal<Wanted>({ tab: 'review', q: '', station_id: null });
const shown = signal<Shown | null>(null);
const failure = signal<unknown>(null);
const asking = signal(false);

/** The list that was last answered; it may still be the one before `wanted` changed. */
export const queue: ReadonlySignal<Shown | null> = computed(() => shown.value);
export const queueFailure: ReadonlySignal<unknown> = computed(() => failure.value);
/** Another list was asked for and its answer has not come. */
export const queueTurning: ReadonlySignal<boolean> = computed(() => asking.value && shown.value?.wanted !== wanted.value);

let turn = 0;

/** Ask again for as many rows as are shown. A later call makes an earlier one's answer void. */
export async function refreshQueue(): Promise<void> {
  const mine = ++turn;
  const want = wanted.peek();
  const before = shown.peek();
  const rowsShown = before?.wanted === want ? before.rows.length : 0;
  const target = Math.min(Math.max(rowsShown, PAGE), ROWS_MAX_REFRESHED);
  asking.value = true;
  try {
    let page = await ask(want, null);
    let rows = page.jobs;
    while (page.next !== null && rows.length < target && mine === turn) {
      page = await ask(want, page.next);
      rows = [...rows, ...page.jobs];
    }
    if (mine !== turn) return;
    shown.value = { wanted: want, rows, next: page.next, counts: page.counts, loaded_at_ms: Date.now() };
    failure.value = null;
  } catch (error) {
    if (mine === turn) failure.value = error;
  } finally {
    if (mine === turn) asking.value = false;
  }
}

export async function moreOfQueue(): Promise<void> {
  const before = shown.peek();
  if (before === null || before.next === null) return;
  const mine = ++turn;
  const page = await ask(before.wanted, before.next);
  if (mine !== turn) return;
  const known = new Set(before.rows.map((row) => row.job_id));
  const rows = [...before.rows, ...page.jobs.filter((row) => !known.has(row.job_id))];
  shown.value = { ...before, rows, next: page.next, counts: page.counts, loaded_at_ms: Date.now() };
}

/** Jobs of one stage outside the queue, for the dispatcher's lists. */
export function jobsOfStage(stage: string, cursor: string | null = null): Promise<JobPage> {
  return get<JobPage>(`/jobs${query({ queue: 'all', stage, limit: 100, cursor })}`);
}

/** The members of the call that a list is: each tab is a queue or a stage. */
export function asQuery(want: Wanted, cursor: string | null): Record<string, string | number | null> {
  const place = want.tab === 'returned' ? { queue: 'all', stage: 'returned' } : { queue: want.tab };
  return { ...place, q: want.q.trim(), station_id: want.station_id, cursor, limit: PAGE };
}

/**
 * Which row is marked after a refresh: the same job, else the one that took its place.
 * `before` and `after` are job ids in the order shown.
 */
export function markedAfter(before: readonly string[], after: readonly string[], marked: string | null): string | null {
  if (marked === null || after.includes(marked)) return marked;
  const place = before.indexOf(marked);
  const following = place < 0 ? undefined : before.slice(place + 1).find((id) => after.includes(id));
  return following ?? after[Math.min(Math.max(place, 0), after.length - 1)] ?? null;
}

/** The id that lies `by` places from the marked one; the first when none is marked. */
export function neighbour(ids: readonly string[], marked: string | null, by: 1 | -1): string | null {
  const place = marked === null ? -1 : ids.indexOf(marked);
  if (place < 0) return ids[0] ?? null;
  return ids[Math.min(Math.max(place + by, 0), ids.length - 1)] ?? null;
}

function ask(want: Wanted, cursor: string | null): Promise<JobPage> {
  return get<JobPage>(`/jobs${query(asQuery(want, cursor))}`);
}
