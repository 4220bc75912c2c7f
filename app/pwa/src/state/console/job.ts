/** One job's detail: loaded, kept while one goes back and forth, and decided upon. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { get, send } from './api';
import type { FindingDraft, JobDetail } from './shapes';

const KEPT = 12;
const kept = new Map<string, JobDetail>();
const shown = signal<JobDetail | null>(null);
const failure = signal<unknown>(null);
let wantedId: string | null = null;

export const job: ReadonlySignal<JobDetail | null> = computed(() => shown.value);
export const jobFailure: ReadonlySignal<unknown> = computed(() => failure.value);

/** Show a job: at once when it is kept, and anew from the office in any case. */
export async function openJob(jobId: string): Promise<void> {
  if (wantedId !== jobId) {
    wantedId = jobId;
    failure.value = null;
    shown.value = kept.get(jobId) ?? null;
  }
  try {
    const detail = await get<JobDetail>(`/jobs/${encodeURIComponent(jobId)}`);
    keep(detail);
    if (wantedId !== jobId) return;
    failure.value = null;
    if (!isSameView(shown.peek(), detail)) shown.value = detail;
  } catch (error) {
    if (wantedId === jobId) failure.value = error;
  }
}

/** Load the next job before it is asked for, and warm its first photos. Failing is of no matter. */
export async function preloadJob(jobId: string): Promise<void> {
  if (kept.has(jobId)) return;
  try {
    keep(await get<JobDetail>(`/jobs/${encodeURIComponent(jobId)}`));
  } catch {
    // It will be asked for again, and told about, when it is opened.
  }
}

export function sendBack(jobId: string, draft: FindingDraft, lasting = false): Promise<{ finding_id: string }> {
  return send('POST', `/jobs/${encodeURIComponent(jobId)}/findings`, draft, lasting);
}

export function closeFinding(jobId: string, findingId: string, verdict: 'accepted' | 'withdrawn', note: string | null): Promise<void> {
  return send('POST', `/jobs/${encodeURIComponent(jobId)}/findings/${encodeURIComponent(findingId)}/close`, { verdict, note });
}

/** `rev` is the state that was looked at: if the job moved on since, the office answers 409. */
export function approve(jobId: string, rev: number, note: string | null, lasting = false): Promise<{ proof_id: string }> {
  return send('POST', `/jobs/${encodeURIComponent(jobId)}/approve`, { note, rev }, lasting);
}

/** Whether two answers show the same, so that a refresh without news disturbs nothing. */
export function isSameView(before: JobDetail | null, after: JobDetail): boolean {
  return before !== null && JSON.stringify(before) === JSON.stringify(after);
}

function keep(detail: JobDetail): void {
  kept.delete(detail.job_id);
  kept.set(detail.job_id, detail);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}
