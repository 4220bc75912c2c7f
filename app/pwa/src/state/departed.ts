/** Jobs that left this phone's list: what was recorded for them goes on to the office, and they are shown until seen. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { forgetDeparted } from '../db/jobs';
import type { Departed } from '../db/meta';
import { isDelivered } from './delivery';
import { departed, readAgain, standings } from './held';
import { storeHere } from './phone';

export interface DepartedJob extends Departed {
  /** Of what this phone recorded for it, how much the office has not got. */
  readonly left: number;
}

export const departedJobs: ReadonlySignal<readonly DepartedJob[]> = computed(() => {
  const waiting = [...standings.value.values()].filter(({ event }) => !isDelivered(event.stored.event_id));
  return departed.value.map((job) => ({ ...job, left: waiting.filter(({ event }) => event.stored.job_id === job.job_id).length }));
});

/** It has been seen. What was recorded for it stays and goes on its way. */
export async function seenDeparted(jobId: string): Promise<void> {
  const store = storeHere();
  if (!store) return;
  await forgetDeparted(store.database, jobId).catch(() => undefined);
  await readAgain(store, 'jobs').catch(() => undefined);
}
