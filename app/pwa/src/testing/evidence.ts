/** An evidence store for tests: fake-indexeddb, files in memory, a real key. */
import 'fake-indexeddb/auto';
import { Database } from '../db/database';
import { sha256 } from '../db/digest';
import { keepEnrolment } from '../db/enrolment';
import type { EvidenceStore, Writer } from '../db/evidence';
import type { Files, Folder } from '../db/files';
import type { Identity } from '../db/meta';
import { recover } from '../db/recover';
import { toB64 } from '../domain/log';

/** The second copy, with the faults that a phone's may have. */
export class MemoryFiles implements Files {
  readonly files = new Map<string, ArrayBuffer>();
  full = false;

  async names(folder: Folder): Promise<string[]> {
    return [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  }

  async read(folder: Folder, name: string): Promise<ArrayBuffer | null> {
    return this.files.get(`${folder}/${name}`)?.slice(0) ?? null;
  }

  async write(folder: Folder, name: string, bytes: ArrayBuffer): Promise<void> {
    if (this.full) throw new DOMException('no room', 'QuotaExceededError');
    this.files.set(`${folder}/${name}`, bytes.slice(0));
  }

  async remove(folder: Folder, name: string): Promise<void> {
    this.files.delete(`${folder}/${name}`);
  }
}

let made = 0;

export function openStore(name = `test-${(made += 1)}`, files: MemoryFiles | null = new MemoryFiles()): EvidenceStore & { readonly files: MemoryFiles | null } {
  const queues = new Map<string, Promise<unknown>>();
  const exclusively = <T>(lock: string, work: () => Promise<T>): Promise<T> => {
    const mine = (queues.get(lock) ?? Promise.resolve()).then(work, work);
    queues.set(
      lock,
      mine.catch(() => undefined),
    );
    return mine;
  };
  const random = (count: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(count));
  return { database: new Database(name), files, filed: new Set(), exclusively, sha256, random };
}

export const IDENTITY: Identity = {
  device_id: 'device-1',
  alg: 'EdDSA',
  user: { id: 'user-1', name: 'Li Wei' },
  tenant: { id: 'tenant-1', name: 'Haus & Herd' },
  enrolled_at: '2026-11-22T08:00:00.000Z',
  certificate: { text: 't', sig: 's', key_id: 'k' },
};

export interface Enrolled {
  readonly writer: Writer;
  readonly pair: CryptoKeyPair;
}

/** Boot and enrol, as the app does. */
export async function enrolHere(store: EvidenceStore, device_id = IDENTITY.device_id): Promise<Enrolled> {
  await recover(store);
  const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])) as CryptoKeyPair;
  await keepEnrolment(store, { pair, identity: { ...IDENTITY, device_id }, epoch: 1, server_epoch: 's1', challenge: 'c1' });
  const sign = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => toB64(new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, bytes)));
  return { pair, writer: { device_id, sign } };
}

let ids = 0;

/** The body of a fact, with an id of its own. */
export function body(kind: string, data: object, job_id: string | null = 'job-1'): string {
  ids += 1;
  const event_id = `019ab000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}`;
  const at = '2026-11-22T09:30:00.000Z';
  return JSON.stringify({ v: 1, event_id, job_id, kind, kv: 1, at, mono_ms: 1, boot: 'b', seen: { rev: 0 }, actor: 'user-1', where: null, data });
}

export function note(text = 'ok'): string {
  return body('note.added', { text });
}

/** A photo's body and its bytes. */
export async function photo(seed: number, length = 2_000): Promise<{ body: string; sha256: string; bytes: ArrayBuffer }> {
  const bytes = new Uint8Array(length).map((_, at) => (at * 31 + seed) % 251);
  const name = await sha256(bytes);
  const data = { photo_id: `p${seed}`, role: 'rating_plate', sha256: name, size: length, mime: 'image/jpeg', w: 10, h: 10, source: 'camera' };
  return { body: body('photo.captured', data), sha256: name, bytes: bytes.buffer };
}
