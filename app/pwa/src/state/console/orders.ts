/** Orders in, jobs planned, crews and slots assigned. */
import type { Slot } from '../../domain/kinds';
import { get, send } from './api';
import type { Model, Named, OrderDraft } from './shapes';

export async function models(): Promise<readonly Model[]> {
  return (await get<{ models: Model[] }>('/models')).models;
}

export async function stations(): Promise<readonly Named[]> {
  return (await get<{ stations: Named[] }>('/stations')).stations;
}

/** @throws ApiProblem `order-conflict`, `unknown-gtin`, `invalid-body`. */
export async function createOrder(draft: OrderDraft): Promise<string> {
  return (await send<{ job_id: string }>('POST', '/orders', draft)).job_id;
}

export interface DispatchDraft {
  readonly crew: readonly string[];
  readonly station_id?: string;
  readonly slot?: Slot;
}

/** @throws ApiProblem `job-state` with `stage`. */
export async function dispatch(jobId: string, draft: DispatchDraft): Promise<number> {
  return (await send<{ rev: number }>('POST', `/jobs/${encodeURIComponent(jobId)}/dispatch`, draft)).rev;
}

export function cancel(jobId: string, reason: string): Promise<void> {
  return send('POST', `/jobs/${encodeURIComponent(jobId)}/cancel`, { reason });
}
