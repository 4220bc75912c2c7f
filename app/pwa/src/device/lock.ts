/** Web Locks: one writer of the log and one sender over all tabs of this phone. */

/** In a browser without Web Locks there is still one queue in this page; the database's own checks do the rest. */
const queues = new Map<string, Promise<unknown>>();

export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = locksOf();
  if (locks) return (await locks.request(`doorstep-${name}`, work)) as T;
  const before = queues.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(
    name,
    mine.catch(() => undefined),
  );
  return mine;
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
