/**
 * One request and what counts as its answer.
 *
 * No redirect is followed, no cookie is sent, and only our own form is believed: a portal's login page with status 200 is
 * not Doorstep. The answer has to begin within 30 s and then never to pause for so long; chunks are sized to need a third
 * of that.
 */
import { isObject, readProblem } from './wire';
import type { NetworkFailure, ProblemSeen } from './syncState';

/** Silence of so long is a dead line. */
export const SILENCE_MAX_MS = 30_000;
/** One byte every half minute is no answer either. */
const ANSWER_MAX_MS = 300_000;

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly headers: Headers; readonly body: ArrayBuffer }
  | { readonly kind: 'problem'; readonly problem: ProblemSeen }
  | { readonly kind: 'dead'; readonly why: NetworkFailure };

export async function ask(fetch: Fetch, address: string, init: RequestInit): Promise<Answer> {
  const patience = new Patience();
  try {
    const response = await fetch(address, {
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: patience.signal,
      ...init,
    });
    const body = await bodyOf(response, patience);
    if (response.ok) return { kind: 'ok', status: response.status, headers: response.headers, body };
    return { kind: 'problem', problem: problemIn(response, body) };
  } catch {
    return { kind: 'dead', why: 'no_answer' };
  } finally {
    patience.end();
  }
}

/** Ends a request after a silence; a slow line that still brings something is let be. */
class Patience {
  readonly #controller = new AbortController();
  readonly #whole = setTimeout(() => this.#controller.abort(), ANSWER_MAX_MS);
  #silence = this.#begin();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  again(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#begin();
  }

  end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#whole);
  }

  #begin(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#controller.abort(), SILENCE_MAX_MS);
  }
}

async function bodyOf(response: Response, patience: Patience): Promise<ArrayBuffer> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    patience.again();
    pieces.push(read.value);
  }
  const body = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body.buffer;
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
  const { challenge, seq, offset, retry_after_s, acked_seq, server_epoch } = members;
  return {
    status: response.status,
    slug: document?.slug ?? null,
    retry_after_s: retryAfterIn(response.headers) ?? (typeof retry_after_s === 'number' ? retry_after_s : null),
    challenge: typeof challenge === 'string' ? challenge : null,
    seq: typeof seq === 'number' ? seq : null,
    offset: countIn(response.headers, 'upload-offset') ?? (typeof offset === 'number' ? offset : null),
    acked_seq: typeof acked_seq === 'number' ? acked_seq : null,
    server_epoch: typeof server_epoch === 'string' ? server_epoch : null,
  };
}

/** Seconds, or a date: that is one of the server's clock, so it counts from the date of the answer itself. */
function retryAfterIn(headers: Headers): number | null {
  const seconds = countIn(headers, 'retry-after');
  if (seconds !== null) return seconds;
  const until_ms = Date.parse(headers.get('retry-after') ?? '');
  const now_ms = Date.parse(headers.get('date') ?? '');
  const wait_s = Math.ceil((until_ms - (Number.isNaN(now_ms) ? Date.now() : now_ms)) / 1000);
  return Number.isNaN(wait_s) ? null : Math.max(0, wait_s);
}
