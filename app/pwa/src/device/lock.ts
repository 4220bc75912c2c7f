/**
 * Web Locks: one writer of the log and one sender over all tabs of this phone.
 *
 * They keep tabs out of each other's way and no more: a browser freezes a tab without taking its locks away, so that whoever
 * waits too long asks who is there, and takes the lock when nobody answers. What is written is checked by the database.
 */

/** In a browser without Web Locks there is still one queue in this page; the database's own checks do the rest. */
const queues = new Map<string, Promise<unknown>>();

const WAIT_MAX_MS = 30_000;
const ANSWER_MAX_MS = 3_000;

export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = locksOf();
  if (locks) return inTurn(locks, name, work);
  const before = queues.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(
    name,
    mine.catch(() => undefined),
  );
  return mine;
}

/** How often this tab holds each lock. */
const holding = new Map<string, number>();

async function inTurn<T>(locks: LockManager, name: string, work: () => Promise<T>): Promise<T> {
  answerForLocks();
  for (;;) {
    const tried = await queued(locks, name, work);
    if (tried) return tried.done;
    if (!(await isAlive(name))) return stolen(locks, name, work);
  }
}

/** The work's own end, not the lock's: a lock that is taken away ends nothing that is under way. null: it was not our turn. */
async function queued<T>(locks: LockManager, name: string, work: () => Promise<T>): Promise<{ readonly done: Promise<T> } | null> {
  const giveUp = new AbortController();
  const patience = setTimeout(() => giveUp.abort(), WAIT_MAX_MS);
  return new Promise((resolve) => {
    locks
      .request(`doorstep-${name}`, { signal: giveUp.signal }, () => {
        clearTimeout(patience);
        return held(name, work, resolve);
      })
      .catch(() => resolve(null));
  });
}

async function stolen<T>(locks: LockManager, name: string, work: () => Promise<T>): Promise<T> {
  const tried = await new Promise<{ readonly done: Promise<T> }>((resolve, reject) => {
    // A tab that waits as long as this one may take it in turn; the work goes on all the same.
    locks.request(`doorstep-${name}`, { steal: true }, () => held(name, work, resolve)).catch(reject);
  });
  return tried.done;
}

async function held<T>(name: string, work: () => Promise<T>, begun: (tried: { readonly done: Promise<T> }) => void): Promise<void> {
  holding.set(name, (holding.get(name) ?? 0) + 1);
  const done = work();
  begun({ done });
  await done.catch(() => undefined);
  holding.set(name, (holding.get(name) ?? 1) - 1);
}

type LockMessage = { readonly asks: string } | { readonly has: string };

let channel: BroadcastChannel | null = null;
const listeners = new Set<(name: string) => void>();

/** A tab that is alive says so when it is asked for a lock that it holds; a frozen one cannot. */
function answerForLocks(): void {
  if (channel || typeof BroadcastChannel === 'undefined') return;
  channel = new BroadcastChannel('doorstep-locks');
  channel.onmessage = ({ data }: MessageEvent<LockMessage>) => {
    if ('asks' in data && (holding.get(data.asks) ?? 0) > 0) channel?.postMessage({ has: data.asks } satisfies LockMessage);
    if ('has' in data) for (const listener of listeners) listener(data.has);
  };
}

async function isAlive(name: string): Promise<boolean> {
  if ((holding.get(name) ?? 0) > 0) return true;
  const asked = channel;
  if (!asked) return false;
  return new Promise((resolve) => {
    const end = (alive: boolean): void => {
      clearTimeout(silence);
      listeners.delete(listener);
      resolve(alive);
    };
    const listener = (has: string): void => {
      if (has === name) end(true);
    };
    const silence = setTimeout(() => end(false), ANSWER_MAX_MS);
    listeners.add(listener);
    asked.postMessage({ asks: name } satisfies LockMessage);
  });
}

export interface Leadership {
  /** Take the lock from a tab that holds it but does not answer: a frozen one keeps it for ever. */
  takeOver(): void;
}

/**
 * Wait for the lock and keep it until this tab ends. `onHeld(true)` when it is ours, `onHeld(false)` when it was taken over.
 */
export function lead(name: string, onHeld: (held: boolean) => void): Leadership {
  const locks = locksOf();
  if (!locks) {
    onHeld(true);
    return { takeOver: () => undefined };
  }
  const ask = (options: LockOptions): void => {
    locks
      .request(`doorstep-${name}`, options, () => {
        onHeld(true);
        return new Promise(() => undefined);
      })
      .catch(() => {
        onHeld(false);
        ask({});
      });
  };
  ask({});
  return { takeOver: () => ask({ steal: true }) };
}

function locksOf(): LockManager | null {
  return typeof navigator === 'object' && 'locks' in navigator ? navigator.locks : null;
}
