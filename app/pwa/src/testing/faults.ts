/** Faults at the n-th operation of the storage, whichever that is: of the database, or of the files. */
import type { Files } from '../db/files';

/**
 * An error's name: the operation does not begin. `abort`: it begins, and the transaction that it writes in is ended. `kill`: this operation and
 * all that follow never end, as when the browser is killed.
 */
export type Fault = 'QuotaExceededError' | 'UnknownError' | 'InvalidStateError' | 'abort' | 'kill';

/** What is asked after the kill is never answered. */
const NEVER = Object.assign(new Promise<never>(() => undefined), { addEventListener: () => undefined });

type Method = (...given: unknown[]) => unknown;
type Holder = Record<string, Method>;

const STORE_METHODS = ['get', 'getAll', 'getKey', 'getAllKeys', 'put', 'delete', 'clear', 'count'] as const;

/** Counts every operation, and fails those from the `first` on, `times` times. Put it away with `end`. */
export class FaultyStorage {
  count = 0;
  /** Settles when a `kill` happens. */
  readonly killed: Promise<void>;
  readonly #fault: Fault;
  readonly #first: number;
  readonly #times: number;
  readonly #undo: (() => void)[] = [];
  readonly #open = new Set<IDBTransaction>();
  #isKilled = false;
  #onKill: () => void = () => undefined;

  constructor(fault: Fault, first: number, times: number) {
    this.#fault = fault;
    this.#first = first;
    this.#times = times;
    this.killed = new Promise((resolve) => (this.#onKill = resolve));
    this.#patch(IDBFactory.prototype as unknown as Holder, 'open', () => null);
    this.#patch(IDBDatabase.prototype as unknown as Holder, 'transaction', () => null);
    for (const name of STORE_METHODS) {
      this.#patch(IDBObjectStore.prototype as unknown as Holder, name, (self) => (self as IDBObjectStore).transaction);
    }
  }

  /** Files whose operations count as well. */
  over(files: Files): Files {
    const faulty = <T>(work: () => Promise<T>, torn: () => Promise<void> = () => Promise.resolve()): Promise<T> =>
      this.#isDue() ? this.#fail(torn) : work();
    return {
      names: (folder) => faulty(() => files.names(folder)),
      read: (folder, name) => faulty(() => files.read(folder, name)),
      write: (folder, name, bytes) => faulty(() => files.write(folder, name, bytes), () => files.write(folder, name, bytes.slice(0, bytes.byteLength / 2))),
      remove: (folder, name) => faulty(() => files.remove(folder, name)),
    };
  }

  end(): void {
    for (const undo of this.#undo) undo();
  }

  #isDue(): boolean {
    this.count += 1;
    return this.#isKilled || (this.count >= this.#first && this.count < this.#first + this.#times);
  }

  async #fail(torn: () => Promise<void>): Promise<never> {
    if (this.#fault === 'kill') {
      if (!this.#isKilled) await torn();
      this.#kill();
      return NEVER;
    }
    return Promise.reject(new DOMException('planted', this.#fault === 'abort' ? 'UnknownError' : this.#fault));
  }

  /** What is under way in the database is undone, as the next start would find it. */
  #kill(): void {
    this.#isKilled = true;
    this.#onKill();
    for (const transaction of this.#open) abort(transaction);
  }

  #patch(holder: Holder, name: string, transactionOf: (self: unknown) => IDBTransaction | null): void {
    const real = holder[name] as Method;
    const isDue = (): boolean => this.#isDue();
    const failWith = (self: unknown, given: unknown[]): unknown => this.#failCall(real, self, given, transactionOf(self));
    // Whoever was killed hears nothing any more.
    const unheard = (target: EventTarget): void => {
      for (const type of ['success', 'error', 'complete', 'abort']) {
        target.addEventListener(type, (event) => {
          if (this.#isKilled) event.stopImmediatePropagation();
        });
      }
    };
    const opened = (transaction: IDBTransaction): void => {
      this.#open.add(transaction);
      const close = (): boolean => this.#open.delete(transaction);
      transaction.addEventListener('complete', close);
      transaction.addEventListener('abort', close);
    };
    holder[name] = function (this: unknown, ...given: unknown[]): unknown {
      if (isDue()) return failWith(this, given);
      const result = real.apply(this, given);
      unheard(result as EventTarget);
      if (name === 'transaction') opened(result as IDBTransaction);
      return result;
    };
    this.#undo.push(() => (holder[name] = real));
  }

  #failCall(real: Method, self: unknown, given: unknown[], transaction: IDBTransaction | null): unknown {
    if (this.#fault === 'kill') {
      this.#kill();
      return NEVER;
    }
    if (this.#fault !== 'abort' || transaction?.mode !== 'readwrite') throw new DOMException('planted', this.#fault === 'abort' ? 'UnknownError' : this.#fault);
    const request = real.apply(self, given);
    abort(transaction);
    return request;
  }
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}
