/**
 * The second copy: files in the browser's private file system (OPFS), each written, flushed and read back by a worker.
 *
 * It shares no fate with IndexedDB. The folders: `ev` holds events as JSON, `bl` blobs, `id` who this phone is, `late` facts
 * that wait for a database (see `late`).
 */
export type Folder = 'ev' | 'bl' | 'id' | 'late';

export interface Files {
  names(folder: Folder): Promise<string[]>;
  /** null when there is no such file. */
  read(folder: Folder, name: string): Promise<ArrayBuffer | null>;
  /** Resolves when the bytes were flushed and read back equal. Rejects with the browser's error otherwise. */
  write(folder: Folder, name: string, bytes: ArrayBuffer): Promise<void>;
  remove(folder: Folder, name: string): Promise<void>;
}

export interface FilesRequest {
  readonly id: number;
  readonly op: 'probe' | 'names' | 'read' | 'write' | 'remove';
  readonly folder: Folder;
  readonly name: string;
  readonly bytes: ArrayBuffer | null;
}

export type FilesReply =
  | { readonly id: number; readonly done: ArrayBuffer | string[] | null }
  | { readonly id: number; readonly failed: { readonly name: string; readonly message: string } };

type Done = ArrayBuffer | string[] | null;

interface Waiting {
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that says nothing for this long is taken for dead. */
const SILENCE_MAX_MS = 20_000;

/** The second copy, or null where the browser has none (private browsing, very old ones). */
export async function openFiles(): Promise<Files | null> {
  if (typeof Worker === 'undefined' || typeof navigator.storage?.getDirectory !== 'function') return null;
  const files = new WorkerFiles();
  return (await files.works()) ? files : null;
}

class WorkerFiles implements Files {
  #worker: Worker | null = null;
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();

  async works(): Promise<boolean> {
    try {
      await this.#ask('probe', 'id', '', null);
      return true;
    } catch {
      return false;
    }
  }

  async names(folder: Folder): Promise<string[]> {
    return (await this.#ask('names', folder, '', null)) as string[];
  }

  async read(folder: Folder, name: string): Promise<ArrayBuffer | null> {
    return (await this.#ask('read', folder, name, null)) as ArrayBuffer | null;
  }

  async write(folder: Folder, name: string, bytes: ArrayBuffer): Promise<void> {
    await this.#ask('write', folder, name, bytes);
  }

  async remove(folder: Folder, name: string): Promise<void> {
    await this.#ask('remove', folder, name, null);
  }

  #ask(op: FilesRequest['op'], folder: Folder, name: string, bytes: ArrayBuffer | null): Promise<Done> {
    const id = (this.#next += 1);
    return new Promise<Done>((resolve, reject) => {
      const silence = setTimeout(() => this.#abandon(new Error('the file worker is silent')), SILENCE_MAX_MS);
      this.#waiting.set(id, {
        resolve: (done) => {
          clearTimeout(silence);
          resolve(done);
        },
        reject: (error) => {
          clearTimeout(silence);
          reject(error);
        },
      });
      this.#running().postMessage({ id, op, folder, name, bytes } satisfies FilesRequest);
    });
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./files.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (message: MessageEvent<FilesReply>) => this.#answer(message.data);
    worker.onerror = () => this.#abandon(new Error('the file worker broke'));
    this.#worker = worker;
    return worker;
  }

  #answer(reply: FilesReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    if ('done' in reply) {
      waiting.resolve(reply.done);
      return;
    }
    const error = new Error(reply.failed.message);
    error.name = reply.failed.name;
    waiting.reject(error);
  }

  /** Give everything up that waits for this worker; the next request starts another one. */
  #abandon(error: Error): void {
    this.#worker?.terminate();
    this.#worker = null;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of left) waiting.reject(error);
  }
}
