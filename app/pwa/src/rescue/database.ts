/** The first copy, read only. A database that is not there is not made, one of another version is not changed. */
import { identityFrom, isEvent, NO_MARKS, type Copy, type HeldEvent, type Marks } from './shapes';

export const DATABASE_NAME = 'doorstep';

/** What the database says, and its open connection for reading blobs one by one. */
export interface FirstCopy {
  readonly copy: Copy;
  readonly marks: Marks;
  readonly pair: CryptoKeyPair | null;
  blob(sha256: string): Promise<ArrayBuffer | null>;
}

/** null when there is no database, or it does not open. */
export async function readDatabase(): Promise<FirstCopy | null> {
  const database = await open().catch(() => null);
  if (!database) return null;
  const [events, recovered] = [await eventsIn(database, 'events'), await eventsIn(database, 'recovered')];
  const identity = identityFrom(await value<unknown>(database, 'meta', 'identity'));
  return {
    copy: { identity, events: [...events, ...recovered], late: [], blobs: (await keys(database, 'blobs')).filter((key) => typeof key === 'string') },
    marks: await marksIn(database).catch(() => NO_MARKS),
    pair: await value<CryptoKeyPair>(database, 'keys', 'device'),
    blob: (sha256) => value<ArrayBuffer>(database, 'blobs', sha256),
  };
}

/** Whichever version is there. One that would have to be made is given up before it exists. */
function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE_NAME);
    asked.onupgradeneeded = () => asked.transaction?.abort();
    asked.onsuccess = () => {
      const database = asked.result;
      // Should the app need the database for itself, this page steps aside.
      database.onversionchange = () => database.close();
      resolve(database);
    };
    asked.onerror = () => reject(asked.error ?? new Error('the database does not open'));
    asked.onblocked = () => reject(new Error('the database is blocked'));
  });
}

async function marksIn(database: IDBDatabase): Promise<Marks> {
  const sync = await value<{ acked?: Record<string, number>; challenge?: string | null }>(database, 'meta', 'sync');
  const language = (await value<{ language?: unknown }>(database, 'meta', 'settings'))?.language;
  const aside = await value<unknown>(database, 'meta', 'set_aside');
  const receipts = (await keys(database, 'receipts')).filter((key) => typeof key === 'string');
  const jobs = new Map<string, string>();
  for (const key of await keys(database, 'jobs')) {
    const name = customerOf(await value<unknown>(database, 'jobs', key));
    if (typeof key === 'string' && name !== null) jobs.set(key, name);
  }
  return {
    head: await value<Marks['head']>(database, 'meta', 'head'),
    acked: sync?.acked ?? {},
    challenge: sync?.challenge ?? null,
    receipted: new Set(receipts.filter((key) => key.startsWith('blob:')).map((key) => key.slice('blob:'.length))),
    set_aside: new Set<string>(Array.isArray(aside) ? aside : []),
    jobs,
    language: language === 'en' || language === 'zh-Hans' ? language : null,
  };
}

function customerOf(job: unknown): string | null {
  const name = (job as { snapshot?: { state?: { customer?: { name?: unknown } } } } | null)?.snapshot?.state?.customer?.name;
  return typeof name === 'string' ? name : null;
}

/** One by one: a record that cannot be read must not hide the others. */
async function eventsIn(database: IDBDatabase, store: string): Promise<HeldEvent[]> {
  const found: HeldEvent[] = [];
  for (const key of await keys(database, store)) {
    const event = await value<unknown>(database, store, key);
    if (isEvent(event)) found.push(event);
  }
  return found;
}

async function keys(database: IDBDatabase, store: string): Promise<IDBValidKey[]> {
  return (await asked(database, store, (from) => from.getAllKeys()).catch(() => null)) ?? [];
}

async function value<T>(database: IDBDatabase, store: string, key: IDBValidKey): Promise<T | null> {
  return ((await asked(database, store, (from) => from.get(key)).catch(() => null)) ?? null) as T | null;
}

function asked<T>(database: IDBDatabase, store: string, ask: (from: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = ask(database.transaction(store, 'readonly').objectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the record cannot be read'));
  });
}
