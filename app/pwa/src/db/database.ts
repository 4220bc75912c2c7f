/**
 * The connection to IndexedDB, which phones drop at will.
 *
 * `run` gives the work a live connection and, when that turns out to be dead, a fresh one, three times at most. The work
 * must therefore be safe to repeat. The database is never deleted: an empty one is told apart from a new one by `recover`.
 */
import { openDB, type IDBPDatabase } from 'idb';
import { asStorageError, isHealable, StorageFailed } from './errors';
import { DATABASE_NAME, DATABASE_VERSION, STORES, type PhoneSchema } from './schema';

export type Connection = IDBPDatabase<PhoneSchema>;

const TRIES_MAX = 3;

export class Database {
  readonly #name: string;
  #connection: Promise<Connection> | null = null;
  #seen = false;

  constructor(name: string = DATABASE_NAME) {
    this.#name = name;
  }

  /** @throws StorageFull, StorageFailed; what the work itself throws otherwise goes through as one of the two. */
  async run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(await this.#open());
      } catch (error) {
        if (tries === TRIES_MAX || !isHealable(error)) throw asStorageError(error);
        await this.close();
        await pause(50 * tries);
      }
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    try {
      (await connection)?.close();
    } catch {
      // It never opened, so there is nothing to close.
    }
  }

  #open(): Promise<Connection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Connection> {
    let made = false;
    const forget = (): void => {
      this.#connection = null;
    };
    const connection = await openDB<PhoneSchema>(this.#name, DATABASE_VERSION, {
      upgrade(fresh) {
        made = true;
        for (const store of STORES) fresh.createObjectStore(store);
      },
      blocking: () => void this.close(),
      terminated: forget,
    });
    if (made && this.#seen) {
      // Chromium replaced a damaged database by an empty one under our feet. Only a new start can put it right.
      connection.close();
      forget();
      throw new StorageFailed('the database was replaced by an empty one');
    }
    this.#seen = true;
    return connection;
  }
}

/** As `finished`; should one of the requests not even begin, none of the others counts either. */
export async function allOrNone(tx: { readonly done: Promise<void>; abort(): void }, requesting: Iterable<Promise<unknown>>): Promise<void> {
  const requests: Promise<unknown>[] = [];
  try {
    for (const request of requesting) requests.push(request);
  } catch (error) {
    // Left alone, the transaction would keep what it was given so far.
    try {
      tx.abort();
    } catch {
      // It was ended already, which is why the request could not begin.
    }
    await Promise.allSettled([tx.done, ...requests]);
    throw error;
  }
  await finished(tx.done, requests);
}

/** Waits for a transaction and its requests, and throws the transaction's own error before those that follow from it. */
export async function finished(done: Promise<void>, requests: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled([done, ...requests])) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

function pause(duration_ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, duration_ms);
  });
}
