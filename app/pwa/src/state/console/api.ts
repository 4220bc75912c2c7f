/** Asking the office's API from the console: JSON over the session's cookie, problems as values that can be told apart. */
import { signal } from '@preact/signals';

const BASE = '/api/v1';

/** An answer that is a problem document (RFC 9457). `members` holds what the problem says besides slug and status. */
export class ApiProblem extends Error {
  readonly slug: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(slug: string, status: number, members: Readonly<Record<string, unknown>>) {
    super(`${slug} (${status})`);
    this.name = 'ApiProblem';
    this.slug = slug;
    this.status = status;
    this.members = members;
  }

  /** A member that is a whole number, such as `retry_after_s`; null when it is not there. */
  number(name: string): number | null {
    const value = this.members[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }
}

/** No answer came: the network or the server is away. Whether a change was made is not known. */
export class NoAnswer extends Error {
  constructor() {
    super('no answer');
    this.name = 'NoAnswer';
  }
}

/** Counts up whenever an answer says that nobody is signed in any more. */
export const signedOutElsewhere = signal(0);

export function get<T>(path: string, abort?: AbortSignal): Promise<T> {
  return ask<T>('GET', path, undefined, abort === undefined ? {} : { signal: abort });
}

/** A change. `lasting` lets the request outlive the page, for a decision that is committed while the tab closes. */
export function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object, lasting = false): Promise<T> {
  return ask<T>(method, path, body, { keepalive: lasting });
}

/** A query string with only the members that say something. */
export function query(members: Readonly<Record<string, string | number | null | undefined>>): string {
  const said = Object.entries(members).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

async function ask<T>(method: string, path: string, body: object | undefined, options: RequestInit): Promise<T> {
  const headers = new Headers({ Accept: 'application/json' });
  if (method !== 'GET') headers.set('X-Doorstep', '1');
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      ...options,
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new NoAnswer();
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const document: unknown = await response.json().catch(() => null);
  const members = isRecord(document) ? document : {};
  const problem = new ApiProblem(slugOf(members['type'], response.status), response.status, withRetry(members, response));
  if (problem.slug === 'unauthenticated') signedOutElsewhere.value += 1;
  return problem;
}

/** A problem's type is an address that ends in its slug. */
function slugOf(type: unknown, status: number): string {
  const last = typeof type === 'string' ? type.split(/[/#]/).pop() : undefined;
  return last === undefined || last === '' || last === 'about:blank' ? `http-${status}` : last;
}

function withRetry(members: Record<string, unknown>, response: Response): Record<string, unknown> {
  const header = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(header) && members['retry_after_s'] === undefined ? { ...members, retry_after_s: header } : members;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
