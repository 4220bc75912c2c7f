/** Bringing a phone's rescue file in: one long upload, with progress, that may be repeated. */
import { signal } from '@preact/signals';
import { ApiProblem, NoAnswer, signedOutElsewhere } from './api';

/** What came in, what was known, and what a human should look at, by flag. */
export interface RescuedJob {
  readonly job_id: string | null;
  readonly customer_name: string | null;
  readonly order_ref: string | null;
  readonly blobs_missing: number;
  readonly came_in: number;
  readonly known: number;
  readonly look: Readonly<Record<string, number>>;
}

export interface Rescued {
  readonly made_at: string | null;
  readonly phone: { readonly device_id: string; readonly label: string; readonly user_name: string } | null;
  readonly events: { readonly came_in: number; readonly known: number };
  readonly blobs: { readonly came_in: number; readonly known: number; readonly damaged: number; readonly nameless: number };
  readonly jobs: readonly RescuedJob[];
}

/** From 0 to 1 while the file travels; 1 while the office takes it in; null when nothing is under way. */
export const bringing = signal<number | null>(null);

/** @throws ApiProblem, NoAnswer; then the file may be brought again, whatever became of it. */
export function bringIn(file: File): Promise<Rescued> {
  bringing.value = 0;
  // fetch tells nothing of how far an upload has come.
  return new Promise<Rescued>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/rescue');
    request.setRequestHeader('X-Doorstep', '1');
    request.setRequestHeader('Content-Type', 'application/zip');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => (bringing.value = total > 0 ? loaded / total : 0);
    request.onload = () => (request.status === 200 && request.response !== null ? resolve(request.response as Rescued) : reject(problemIn(request)));
    request.onerror = () => reject(new NoAnswer());
    request.onabort = () => reject(new NoAnswer());
    request.send(file);
  }).finally(() => (bringing.value = null));
}

function problemIn(request: XMLHttpRequest): ApiProblem {
  const said = (typeof request.response === 'object' && request.response !== null ? request.response : {}) as Record<string, unknown>;
  const slug = typeof said['type'] === 'string' ? said['type'].split('/').pop() : undefined;
  if (slug === 'unauthenticated') signedOutElsewhere.value += 1;
  return new ApiProblem(slug ?? `http-${request.status}`, request.status, said);
}
