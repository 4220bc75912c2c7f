/**
 * The app's own life: from the first tap to an enrolled, working phone.
 *
 * `boot` waits for nothing remote. After it, `phase` says which screen makes sense.
 */
import { signal, type ReadonlySignal } from '@preact/signals';
import { fileAll, mend } from '../db/blobs';
import { Database } from '../db/database';
import { sha256 } from '../db/digest';
import { reclaim } from '../db/enrolment';
import type { EvidenceStore, Writer } from '../db/evidence';
import { saveFacts } from '../db/facts';
import { openFiles } from '../db/files';
import { LATE_EPOCH } from '../db/late';
import { promoteUnread } from '../db/jobs';
import { getMeta, type Identity } from '../db/meta';
import { recover, type Recovery } from '../db/recover';
import { nowMs, randomBytes } from '../device/clock';
import { keyOf, publicJwk, sign, type DeviceKey } from '../device/key';
import { exclusively } from '../device/lock';
import { isDelivered } from './delivery';
import { filedCount, minute, ownEvents, readEverything } from './held';
import { KNOWN_FOLD_V } from './jobs';
import { takeUp, takeUpSoon } from './late';
import { setStore, storeHere } from './phone';
import { compose } from './record';
import { loadSettings } from './settings';
import { lookForUpdate, useWaitingVersion, watchForUpdates } from './update';

export type { Identity };

/**
 * `booting`: storage is being opened and compared. `needs_enrolment`: nobody ever enrolled here. `ready`: record away.
 * `lost`: this phone was enrolled, but its key is gone with a damaged database; `recovered` counts what the second copy
 * still held. Enrolling again sends all of that.
 */
export type Phase = 'booting' | 'needs_enrolment' | 'ready' | 'lost';

const phaseNow = signal<Phase>('booting');
const identityNow = signal<Identity | null>(null);
const recoveredNow = signal<{ readonly events: number; readonly blobs: number } | null>(null);
const troubleNow = signal<'storage' | null>(null);

export const phase: ReadonlySignal<Phase> = phaseNow;
export const identity: ReadonlySignal<Identity | null> = identityNow;
/** What the second copy gave back when the first was lost; null when nothing was lost. */
export const recovered: ReadonlySignal<{ readonly events: number; readonly blobs: number } | null> = recoveredNow;
/** `storage`: the phone's storage cannot be opened now; `phase` stays `booting`. Nothing is deleted; `boot` may be called again. */
export const bootTrouble: ReadonlySignal<'storage' | null> = troubleNow;
/** The same short name as `build` in /static/build.json. */
export const buildId: string = __BUILD__;

let started = false;

/** Once, first thing. Never rejects: look at `phase` and `bootTrouble`. */
export async function boot(): Promise<void> {
  if (started) return;
  started = true;
  troubleNow.value = null;
  await useWaitingVersion();
  try {
    await bootFrom(await openStore());
  } catch {
    started = false;
    troubleNow.value = 'storage';
    return;
  }
  void watchForUpdates();
  setInterval(() => {
    minute.value = nowMs();
  }, 60_000);
  document.addEventListener('visibilitychange', () => {
    minute.value = nowMs();
    if (document.visibilityState === 'visible') void onVisible();
  });
}

async function onVisible(): Promise<void> {
  lookForUpdate();
  void takeUp();
  const store = storeHere();
  if (!store || phaseNow.value === 'booting') return;
  const held = await getMeta(store.database, 'identity').catch(() => null);
  // Another tab may have enrolled this phone meanwhile, or anew.
  if (held && held.device_id !== identityNow.value?.device_id) location.reload();
}

/**
 * Make a key, spend the code, begin the log. In phase `lost`, what was recovered is recorded again under the new key.
 *
 * @throws EnrolFailed
 */
export async function enrol(code: string, label: string): Promise<void> {
  // All that is needed is here before the code is spent.
  const [{ becomeDevice }] = await Promise.all([import('./enrolling'), import('./sending')]);
  const { store, identity: who, key } = await becomeDevice(fetchHere, { code, label, emptied: phaseNow.value === 'needs_enrolment' });
  await begin(store, who, key);
}

async function openStore(): Promise<EvidenceStore> {
  const store: EvidenceStore = {
    database: new Database(),
    files: await openFiles(),
    filed: new Set(),
    exclusively,
    sha256,
    random: randomBytes,
  };
  setStore(store);
  return store;
}

async function bootFrom(store: EvidenceStore): Promise<void> {
  const recovery = await recover(store);
  await loadSettings(store);
  await promoteUnread(store.database, KNOWN_FOLD_V);
  if (recovery.outcome !== 'kept') {
    noteRecovery(recovery, recovery.outcome === 'lost');
    phaseNow.value = recovery.outcome === 'lost' ? 'lost' : 'needs_enrolment';
    void import('./before').then(({ lookBefore }) => lookBefore(fetchHere));
    return;
  }
  noteRecovery(recovery, recovery.events + recovery.blobs > 0);
  const held = await getMeta(store.database, 'identity');
  const pair = await store.database.run((db) => db.get('keys', 'device'));
  if (!held || !pair) throw new Error('the identity went away during boot');
  await begin(store, held, keyOf(pair));
}

function noteRecovery({ events, blobs }: Recovery, lost: boolean): void {
  recoveredNow.value = lost ? { events, blobs } : null;
}

/** From here on this phone records and sends. */
async function begin(store: EvidenceStore, who: Identity, key: DeviceKey): Promise<void> {
  // Who is not enrolled has nothing to send, and need not wait for what sends.
  const { startSending } = await import('./sending');
  const writer = { device_id: who.device_id, sign: (bytes: Parameters<typeof sign>[1]) => sign(key, bytes) };
  identityNow.value = who;
  const drain = startSending({ store, writer, identity: who, public_key: () => publicJwk(key), fetch: fetchHere, build: buildId, fold_v: KNOWN_FOLD_V });
  await reclaim(store, writer, compose);
  await tellLosses(store, writer);
  await takeUp();
  await readEverything(store);
  phaseNow.value = 'ready';
  takeUpSoon();
  await drain.start();
  void keepWhole(store);
}

/** Once each: that for a while there was one copy only, and that this phone is one whose storage was emptied. */
async function tellLosses(store: EvidenceStore, writer: Writer): Promise<void> {
  const all_lost = await getMeta(store.database, 'all_lost');
  if (all_lost !== null) await tellLoss(store, writer, { what: 'all', note: all_lost }, 'all_lost');
  if (await getMeta(store.database, 'files_lost')) await tellLoss(store, writer, { what: 'files' }, 'files_lost');
}

async function tellLoss(store: EvidenceStore, writer: Writer, data: object, noted: 'all_lost' | 'files_lost'): Promise<void> {
  await saveFacts(store, writer, [{ body: compose('storage.lost', data), blobs: [] }]);
  await store.database.run((db) => db.delete('meta', noted));
}

const BALLAST_AFTER_MS = 30_000;

/** In the background: second copies where there is one only, both copies of what was not delivered, and the ballast. */
async function keepWhole(store: EvidenceStore): Promise<void> {
  const all = ownEvents.value.map(({ stored }) => stored).filter(({ epoch }) => epoch !== LATE_EPOCH);
  await fileAll(store, all).catch(() => 0);
  await mend(
    store,
    all.filter(({ event_id }) => !isDelivered(event_id)),
  ).catch(() => []);
  filedCount.value += 1;
  setTimeout(() => void import('./storage').then(({ makeBallast }) => makeBallast()), BALLAST_AFTER_MS);
}

function fetchHere(address: string, init: RequestInit): Promise<Response> {
  return fetch(address, init);
}
