/**
 * Writes the second copy. Only a worker may hold a file open for synchronous access, and only that can be flushed on
 * every phone; `createWritable` is the way where that is missing.
 */
import type { FilesReply, FilesRequest, Folder } from './files';

declare const self: DedicatedWorkerGlobalScope;

const LOCKED_PAUSE_MS = 120;
const LOCKED_PAUSE_MOST_MS = 1_000;

self.onmessage = async (message: MessageEvent<FilesRequest>) => {
  const { id } = message.data;
  let reply: FilesReply;
  try {
    reply = { id, done: await serve(message.data) };
  } catch (error) {
    const { name, message: text } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error));
    reply = { id, failed: { name, message: text } };
  }
  self.postMessage(reply, 'done' in reply && reply.done instanceof ArrayBuffer ? [reply.done] : []);
};

async function serve({ op, folder, name, bytes }: FilesRequest): Promise<ArrayBuffer | string[] | null> {
  switch (op) {
    case 'probe':
      await probe();
      return null;
    case 'names':
      return names(folder);
    case 'read':
      return read(folder, name);
    case 'write':
      await write(folder, name, new Uint8Array(bytes ?? new ArrayBuffer(0)));
      return null;
    case 'remove':
      await (await directory(folder)).removeEntry(name).catch(ignoreMissing);
      return null;
  }
}

async function directory(folder: Folder): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
}

async function probe(): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  await write('id', 'probe', bytes);
}

async function names(folder: Folder): Promise<string[]> {
  const found: string[] = [];
  for await (const name of (await directory(folder)).keys()) found.push(name);
  return found;
}

async function read(folder: Folder, name: string): Promise<ArrayBuffer | null> {
  try {
    const handle = await (await directory(folder)).getFileHandle(name);
    return await (await handle.getFile()).arrayBuffer();
  } catch (error) {
    ignoreMissing(error);
    return null;
  }
}

async function write(folder: Folder, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const handle = await (await directory(folder)).getFileHandle(name, { create: true });
  if (typeof handle.createSyncAccessHandle === 'function') await writeSync(handle, bytes);
  else await writeStream(handle, bytes);
}

async function writeSync(handle: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const access = await opened(handle);
  try {
    // A good copy that is there already is left alone: writing it again could tear it.
    if (access.getSize() === bytes.length && isSame(readAll(access), bytes)) return;
    try {
      overwrite(access, bytes);
    } catch (error) {
      // Half a file helps nobody, and on a full phone it takes what another may need.
      access.truncate(0);
      throw error;
    }
  } finally {
    access.close();
  }
}

function overwrite(access: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>): void {
  access.truncate(0);
  let written = 0;
  while (written < bytes.length) written += wrote(access.write(bytes.subarray(written), { at: written }));
  access.flush();
  if (!isSame(readAll(access), bytes)) throw new DOMException('the file reads back changed', 'DataError');
}

/** Another tab, or the page before this one, may hold the file for a moment; on a busy phone that moment is long. */
async function opened(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let pause_ms = LOCKED_PAUSE_MS; ; pause_ms *= 2) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      if (pause_ms > LOCKED_PAUSE_MOST_MS) throw error;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pause_ms);
    });
  }
}

function wrote(count: number): number {
  if (count === 0) throw new DOMException('no room for the file', 'QuotaExceededError');
  return count;
}

function readAll(access: FileSystemSyncAccessHandle): Uint8Array {
  const bytes = new Uint8Array(access.getSize());
  access.read(bytes, { at: 0 });
  return bytes;
}

async function writeStream(handle: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const stream = await handle.createWritable();
  await stream.write(bytes);
  await stream.close();
  const back = new Uint8Array(await (await handle.getFile()).arrayBuffer());
  if (!isSame(back, bytes)) throw new DOMException('the file reads back changed', 'DataError');
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) {
    if (a[at] !== b[at]) return false;
  }
  return true;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}
