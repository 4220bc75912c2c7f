import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** Web Locks as the standard has them, over the tabs of one test: a queue, a signal, stealing. */
class Locks {
  readonly #held = new Map<string, { take: (error: Error) => void }>();
  readonly #waiting = new Map<string, (() => void)[]>();

  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, work: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        const mine = { take: reject };
        this.#held.set(name, mine);
        void work().then(resolve, reject).finally(() => {
          if (this.#held.get(name) !== mine) return;
          this.#held.delete(name);
          this.#waiting.get(name)?.shift()?.();
        });
      };
      if (options.steal) {
        this.#held.get(name)?.take(new DOMException('stolen', 'AbortError'));
        run();
        return;
      }
      if (!this.#held.has(name)) {
        run();
        return;
      }
      const queue = this.#waiting.get(name) ?? [];
      this.#waiting.set(name, queue);
      queue.push(run);
      options.signal?.addEventListener('abort', () => {
        if (queue.includes(run)) {
          queue.splice(queue.indexOf(run), 1);
          reject(new DOMException('gave up', 'AbortError'));
        }
      });
    });
  }
}

type Module = typeof import('./lock');

/** A tab: the module once more, with its own memory. */
async function tab(): Promise<Module> {
  vi.resetModules();
  return import('./lock');
}

class Channel {
  static readonly all = new Set<Channel>();
  frozen = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor() {
    Channel.all.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of Channel.all) if (other !== this && !other.frozen) queueMicrotask(() => other.onmessage?.({ data }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  Channel.all.clear();
  vi.stubGlobal('navigator', { locks: new Locks() });
  vi.stubGlobal('BroadcastChannel', Channel);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function hanging(): { work: () => Promise<string>; end: () => void } {
  let end = (): void => undefined;
  const done = new Promise<string>((resolve) => (end = () => resolve('late')));
  return { work: () => done, end };
}

describe('one writer over several tabs', () => {
  it('each in its turn', async () => {
    const { exclusively } = await tab();
    const order: string[] = [];
    const after = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    };
    await Promise.all([exclusively('log', after('a')), exclusively('log', after('b'))]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('H51: a frozen tab is waited for half a minute, and not for ever', async () => {
    const [first, second] = [await tab(), await tab()];
    const { work, end } = hanging();
    const before = first.exclusively('log', work);
    for (const channel of Channel.all) channel.frozen = true;
    let done = '';
    const after = second.exclusively('log', async () => {
      done = 'written';
      return done;
    });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(done).toBe('');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await after).toBe('written');
    // The frozen tab wakes up: its own work ends as it ends, and is not called failed.
    end();
    expect(await before).toBe('late');
  });

  it('a tab that is busy and alive keeps its lock', async () => {
    const [first, second] = [await tab(), await tab()];
    const { work, end } = hanging();
    const before = first.exclusively('log', work);
    let done = false;
    const after = second.exclusively('log', async () => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(done).toBe(false);
    end();
    await before;
    await vi.advanceTimersByTimeAsync(0);
    await after;
    expect(done).toBe(true);
  });

  it('a failure of the work is the work’s own', async () => {
    const { exclusively } = await tab();
    await expect(exclusively('log', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    expect(await exclusively('log', () => Promise.resolve(1))).toBe(1);
  });
});
