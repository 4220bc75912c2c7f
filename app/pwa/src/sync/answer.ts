/**
 * One request and what counts as its answer.
 *
 * No redirect is followed, no cookie is sent, and only our own form is believed: a portal's login page with status 200 is
 * not Doorstep. Each request has 30 s; chunks are sized to need a third of that.
 */
import { isObject, readProblem } from './wire';
import type { NetworkFailure, ProblemSeen } from './syncState';

export const REQUEST_MS = 30_000;

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly headers: Headers; readonly body: ArrayBuffer }
  | { readonly kind: 'problem'; readonly problem: ProblemSeen }
  | { readonly kind: 'dead'; readonly why: NetworkFailure };

export async function ask(fetch: Fetch, address: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(address, {
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(REQUEST_MS),
      ...init,
    });
    const body = await response.arrayBuffer();
    if (response.ok) return { kind: 'ok', status: response.status, headers: response.headers, body };
    return { kind: 'problem', problem: problemIn(response, body) };
  } catch {
    return { kind: 'dead', why: 'no_answer' };
  }
}

/** The JSON of an answer, or undefined when it is none. */
export function jsonIn(headers: Headers, body: ArrayBuffer): unknown {
  const type = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  if (type !== 'application/json' && !type.endsWith('+json')) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** A header that counts bytes, or null. */
export function countIn(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function problemIn(response: Response, body: ArrayBuffer): ProblemSeen {
  const document = readProblem(jsonIn(response.headers, body));
  const members = isObject(document?.members) ? document.members : {};
  const { challenge, seq, offset, retry_after_s } = members;
  return {
    status: response.status,
    slug: document?.slug ?? null,
    retry_after_s: retryAfterIn(response.headers) ?? (typeof retry_after_s === 'number' ? retry_after_s : null),
    challenge: typeof challenge === 'string' ? challenge : null,
    seq: typeof seq === 'number' ? seq : null,
    offset: countIn(response.headers, 'upload-offset') ?? (typeof offset === 'number' ? offset : null),
  };
}

/** Seconds only. A date would be the server's clock against ours. */
function retryAfterIn(headers: Headers): number | null {
  return countIn(headers, 'retry-after');
}
