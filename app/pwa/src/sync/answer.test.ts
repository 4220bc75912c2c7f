import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, SILENCE_MAX_MS, type Answer, type Fetch } from './answer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A body of which a piece comes every `every_ms`, as often as `pieces` says; without an end when the line then dies. */
function dripping(every_ms: number, pieces: number, ends: boolean): Fetch {
  return async (_, init) => {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        init.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
        for (let at = 0; at < pieces; at += 1) {
          await new Promise((resolve) => setTimeout(resolve, every_ms));
          if (init.signal?.aborted) return;
          controller.enqueue(new Uint8Array([at]));
        }
        if (ends) controller.close();
      },
    });
    return new Response(body);
  };
}

async function after(fetch: Fetch, ms: number): Promise<Answer | 'waiting'> {
  let answer: Answer | 'waiting' = 'waiting';
  void ask(fetch, '/', {}).then((given) => (answer = given));
  await vi.advanceTimersByTimeAsync(ms);
  return answer;
}

describe('a server that hangs', () => {
  it('before it answers: the line counts as dead after half a minute', async () => {
    const silent: Fetch = (_, init) =>
      new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    expect(await after(silent, SILENCE_MAX_MS - 1)).toBe('waiting');
    expect(await after(silent, SILENCE_MAX_MS)).toEqual({ kind: 'dead', why: 'no_answer' });
  });

  it('in the middle of its answer', async () => {
    expect(await after(dripping(1_000, 3, false), 3_000 + SILENCE_MAX_MS)).toEqual({ kind: 'dead', why: 'no_answer' });
  });

  it('is not one that is merely slow: an answer of two minutes arrives', async () => {
    const slow = await after(dripping(20_000, 6, true), 121_000);
    expect(slow).toMatchObject({ kind: 'ok', status: 200 });
  });

  it('nor is one that drips for ever ever an answer', async () => {
    expect(await after(dripping(20_000, 1_000, true), 300_000)).toEqual({ kind: 'dead', why: 'no_answer' });
  });
});
