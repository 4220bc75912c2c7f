/** The second copy, read only: files named by what is in them. Folders that are not there are not made. */
import { digestOf } from './log';
import { EVENT_FILE, eventFile, identityFrom, isEvent, SHA256, type Copy, type HeldEvent, type Identity, type LateFact } from './shapes';

export interface SecondCopy {
  readonly copy: Copy;
  /** The file itself, which stays on the disk until somebody reads it. */
  blob(sha256: string): Promise<File | null>;
}

/** null where there is no private file system. */
export async function readFiles(): Promise<SecondCopy | null> {
  const root = await navigator.storage?.getDirectory?.().catch(() => null);
  if (!root) return null;
  const blobs = await folder(root, 'bl');
  return {
    copy: {
      identity: await identityIn(root),
      events: await eventsIn(root),
      late: await lateIn(root),
      blobs: (await names(blobs)).filter((name) => SHA256.test(name)),
    },
    blob: (sha256) => file(blobs, sha256),
  };
}

async function identityIn(root: FileSystemDirectoryHandle): Promise<Identity | null> {
  const text = await (await file(await folder(root, 'id'), 'install.json'))?.text().catch(() => null);
  return identityFrom((parsed(text) as { identity?: unknown } | null)?.identity);
}

async function eventsIn(root: FileSystemDirectoryHandle): Promise<HeldEvent[]> {
  const from = await folder(root, 'ev');
  const found: HeldEvent[] = [];
  for (const name of await names(from)) {
    if (!EVENT_FILE.test(name)) continue;
    const event = parsed(await (await file(from, name))?.text().catch(() => null));
    if (isEvent(event) && eventFile(event) === name) found.push(event);
  }
  return found;
}

/** Facts that were recorded while the database did not work. */
async function lateIn(root: FileSystemDirectoryHandle): Promise<LateFact[]> {
  const from = await folder(root, 'late');
  const found: LateFact[] = [];
  for (const name of (await names(from)).sort()) {
    const bytes = await (await file(from, name))?.arrayBuffer().catch(() => null);
    if (!bytes) continue;
    const sha256 = await digestOf(bytes);
    if (name.endsWith(sha256)) found.push({ sha256, body: new TextDecoder().decode(bytes) });
  }
  return found;
}

async function folder(root: FileSystemDirectoryHandle, name: string): Promise<FileSystemDirectoryHandle | null> {
  return root.getDirectoryHandle(name, { create: false }).catch(() => null);
}

async function names(from: FileSystemDirectoryHandle | null): Promise<string[]> {
  const found: string[] = [];
  try {
    if (from) for await (const name of from.keys()) found.push(name);
  } catch {
    // What could be listed is listed.
  }
  return found;
}

async function file(from: FileSystemDirectoryHandle | null, name: string): Promise<File | null> {
  if (!from) return null;
  try {
    return await (await from.getFileHandle(name, { create: false })).getFile();
  } catch {
    return null;
  }
}

function parsed(text: string | null | undefined): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
