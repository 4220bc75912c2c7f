/**
 * A phone's storage: what outlives its tabs, and how it fails.
 *
 * The database is the real code on fake-indexeddb; the files behave as `files.worker.ts` says: a write truncates, writes,
 * and is read back, so one that fails or is cut short leaves a torn file. Every operation passes `Gate`, which may fail it
 * or end the page before or after it.
 */
import { Database, type Connection } from '../../../app/pwa/src/db/database';
import type { Files, Folder } from '../../../app/pwa/src/db/files';
import type { Draw } from './draw';

export type Trouble = 'none' | 'fail' | 'die_before' | 'die_after' | 'lose_connection';

/** What happens to the storage operation that is about to begin. */
export interface Gate {
  /** Waits while the tab is frozen, never returns when it is dead; counts, and draws what goes wrong. */
  enter(): Promise<Trouble>;
  /** After the operation: never returns when the tab died meanwhile. */
  leave(): Promise<void>;
  die(): Promise<never>;
}

export class Disk {
  readonly name: string;
  readonly draw: Draw;
  readonly files = new Map<string, ArrayBuffer>();
  /** No write of evidence fits any more. */
  full = false;

  constructor(name: string, draw: Draw) {
    this.name = name;
    this.draw = draw;
  }
}

export class GatedDatabase extends Database {
  readonly #disk: Disk;
  readonly #gate: Gate;

  constructor(disk: Disk, gate: Gate) {
    super(disk.name);
    this.#disk = disk;
    this.#gate = gate;
  }

  override async run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const trouble = await this.#gate.enter();
    if (trouble === 'die_before') return this.#gate.die();
    let lose = trouble === 'lose_connection';
    try {
      return await super.run(async (connection) => {
        if (trouble === 'fail') throw new DOMException('the disk does not answer', 'DataError');
        const done = await work(this.#disk.full ? withoutRoom(connection) : connection);
        if (!lose) return done;
        // The transaction is through, but the page does not hear of it: the work is done once more.
        lose = false;
        throw new DOMException('connection lost', 'InvalidStateError');
      });
    } finally {
      if (trouble === 'die_after') await this.#gate.die();
      await this.#gate.leave();
    }
  }
}

/** A connection whose writing transactions find no room. */
function withoutRoom(connection: Connection): Connection {
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'transaction') {
        return (...asked: Parameters<Connection['transaction']>) => {
          if (asked[1] === 'readwrite') throw new DOMException('no room', 'QuotaExceededError');
          return target.transaction(...asked);
        };
      }
      const found: unknown = Reflect.get(target, name);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

export class GatedFiles implements Files {
  readonly #disk: Disk;
  readonly #gate: Gate;

  constructor(disk: Disk, gate: Gate) {
    this.#disk = disk;
    this.#gate = gate;
  }

  names(folder: Folder): Promise<string[]> {
    const start = `${folder}/`;
    return this.#pass(() => [...this.#disk.files.keys()].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length)));
  }

  read(folder: Folder, name: string): Promise<ArrayBuffer | null> {
    return this.#pass(() => this.#disk.files.get(`${folder}/${name}`)?.slice(0) ?? null);
  }

  write(folder: Folder, name: string, bytes: ArrayBuffer): Promise<void> {
    const path = `${folder}/${name}`;
    const torn = (): void => {
      if (isSame(this.#disk.files.get(path), bytes)) return;
      this.#disk.files.set(path, bytes.slice(0, this.#disk.draw.below(bytes.byteLength)));
    };
    return this.#pass(() => {
      if (this.#disk.full && !isSame(this.#disk.files.get(path), bytes)) {
        torn();
        throw new DOMException('no room for the file', 'QuotaExceededError');
      }
      this.#disk.files.set(path, bytes.slice(0));
    }, torn);
  }

  remove(folder: Folder, name: string): Promise<void> {
    return this.#pass(() => void this.#disk.files.delete(`${folder}/${name}`));
  }

  /** @param torn what a failure or a kill in the middle leaves behind. */
  async #pass<T>(act: () => T, torn: () => void = () => undefined): Promise<T> {
    const trouble = await this.#gate.enter();
    if (trouble === 'die_before' || trouble === 'fail' || trouble === 'lose_connection') {
      if (this.#disk.draw.is(0.5)) torn();
      if (trouble === 'die_before') return this.#gate.die();
      await this.#gate.leave();
      throw new DOMException('the file system does not answer', 'NotReadableError');
    }
    try {
      return act();
    } finally {
      if (trouble === 'die_after') await this.#gate.die();
      await this.#gate.leave();
    }
  }
}

function isSame(held: ArrayBuffer | undefined, bytes: ArrayBuffer): boolean {
  return held?.byteLength === bytes.byteLength && Buffer.from(held).equals(Buffer.from(bytes));
}
