import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, get, NoAnswer, send, signedOutElsewhere } from './api';

function answering(status: number, body: unknown, headers: Record<string, string> = {}): ReturnType<typeof vi.fn> {
  const fetching = vi.fn(async () => new Response(status === 204 ? null : JSON.stringify(body), { status, headers }));
  vi.stubGlobal('fetch', fetching);
  return fetching;
}

async function problem(asked: Promise<unknown>): Promise<ApiProblem> {
  return asked.then(
    () => { throw new Error('it was answered'); },
    (error: unknown) => {
      if (error instanceof ApiProblem) return error;
      throw error;
    },
  );
}

describe('asking the office', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('marks changes as its own and sends JSON', async () => {
    const fetching = answering(204, null);
    await send('POST', '/x', { a: 1 });
    const [address, init] = fetching.mock.calls[0] as [string, RequestInit];
    expect(address).toBe('/api/v1/x');
    expect(new Headers(init.headers).get('X-Doorstep')).toBe('1');
    expect(init.body).toBe('{"a":1}');
  });

  it('tells problems apart by slug, with their members', async () => {
    answering(409, { type: '/problems/job-state', title: 'x', status: 409, why: ['changed'] });
    const found = await problem(get('/x'));
    expect(found).toMatchObject({ slug: 'job-state', status: 409 });
    expect(found.members['why']).toEqual(['changed']);
  });

  it('takes the wait from the header when the body has none', async () => {
    answering(429, { type: '/problems/too-many-requests' }, { 'Retry-After': '17' });
    expect((await problem(get('/x'))).number('retry_after_s')).toBe(17);
  });

  it('survives an answer that is no problem document', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
    expect(await problem(get('/x'))).toMatchObject({ slug: 'http-502', status: 502 });
  });

  it('says when the session has ended, but not when only the password was wrong', async () => {
    const before = signedOutElsewhere.value;
    answering(401, { type: '/problems/sign-in-failed' });
    await problem(send('POST', '/session', {}));
    expect(signedOutElsewhere.value).toBe(before);
    answering(401, { type: '/problems/unauthenticated' });
    await problem(get('/jobs'));
    expect(signedOutElsewhere.value).toBe(before + 1);
  });

  it('calls a dead network what it is', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')));
    await expect(get('/x')).rejects.toBeInstanceOf(NoAnswer);
  });
});
