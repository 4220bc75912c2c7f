/**
 * Starts the drain and gives it its triggers. One tab sends, under the Web Lock `drain`; the others tell it what they saved
 * and show what it says.
 */
import type { EvidenceStore, Writer } from '../db/evidence';
import type { Identity } from '../db/meta';
import { keepAwake } from '../device/awake';
import { after, chance, nowMs, stamp } from '../device/clock';
import { lead, type Leadership } from '../device/lock';
import type { Fetch } from '../sync/answer';
import { Drain, type KeptKind } from '../sync/drain';
import type { Told } from '../sync/requests';
import { START, type SyncState } from '../sync/syncState';
import { openChannel, type Message } from './channel';
import { isStuck } from './delivery';
import { filedCount, readAgain, syncMark, syncState } from './held';
import { takeUp, takeUpSoon } from './late';
import { setPhone } from './phone';
import { compose } from './record';

export interface Sending {
  readonly store: EvidenceStore;
  readonly writer: Writer;
  readonly identity: Identity;
  /** The device key's public half as a JWK. */
  readonly public_key: () => Promise<Readonly<Record<string, string>>>;
  readonly fetch: Fetch;
  readonly build: string;
  readonly fold_v: number;
}

/** A tab that sends but does not answer for so long is frozen. */
const ALIVE_MAX_MS = 5_000;
const SHOWN_EVERY_MS = 200;
/** A tab that only looks on asks so often whether the one that sends is alive. */
const HEARTBEAT_MS = 15_000;

export function startSending(sending: Sending): Drain {
  const { store } = sending;
  const channel = openChannel();
  let leads = false;
  let heard_ms = 0;
  let shown: ReturnType<typeof setTimeout> | null = null;

  const onKept = (kind: KeptKind): void => {
    void readAgain(store, kind).catch(() => undefined);
    channel.post({ type: 'kept', kind });
    if (kind === 'acks') void afterContact(store, () => drain.token);
  };
  const onState = (state: SyncState): void => {
    if (!leads) return;
    syncState.value = state;
    if (isDamaged(state)) void import('./damage').then(({ tellDamage }) => tellDamage(state));
    void keepAwake(state.busy !== null && state.busy.kind !== 'sync');
    // Other tabs need not see every step.
    shown ??= setTimeout(() => {
      shown = null;
      channel.post({ type: 'sync', state: syncState.value });
    }, SHOWN_EVERY_MS);
  };
  const drain = new Drain({ ...sending, now_ms: nowMs, after, random: chance, stamp: () => stamp(), compose, onState, onKept });

  const leadership: Leadership = lead('drain', (held) => {
    leads = held;
    drain.feed({ type: 'lock', held });
  });
  /** What another tab should do is asked of it; when it is frozen, its lock is taken. */
  const ask = (message: Message): void => {
    channel.post(message);
    const asked_ms = nowMs();
    setTimeout(() => {
      if (!leads && heard_ms < asked_ms) leadership.takeOver();
    }, ALIVE_MAX_MS);
  };
  const nudge = (told: Told): void => {
    drain.feed(told);
    if (told.type === 'saved') channel.post(told);
    if (!leads && (told.type === 'manual' || told.type === 'visible' || told.type === 'online')) ask({ type: 'nudge', why: told.type });
  };
  channel.listen((message) => {
    heard_ms = nowMs();
    switch (message.type) {
      case 'saved':
        void readAgain(store, 'events').catch(() => undefined);
        void noteFiled(store);
        drain.feed(message);
        return;
      case 'kept':
        void readAgain(store, message.kind).catch(() => undefined);
        return;
      case 'sync':
        if (!leads) syncState.value = message.state;
        return;
      case 'nudge':
        if (leads) channel.post({ type: 'alive' });
        if (leads) drain.feed({ type: message.why });
        return;
      case 'ask':
        if (leads) channel.post({ type: 'alive' });
        return;
      case 'alive':
        return;
    }
  });
  watch(nudge);
  setInterval(() => {
    if (!leads && document.visibilityState === 'visible') ask({ type: 'ask' });
  }, HEARTBEAT_MS);
  setPhone({ store, writer: sending.writer, identity: sending.identity, drain, nudge });
  syncState.value = START;
  return drain;
}

function watch(nudge: (told: Told) => void): void {
  globalThis.addEventListener('online', () => nudge({ type: 'online' }));
  globalThis.addEventListener('focus', () => nudge({ type: 'visible' }));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') nudge({ type: 'visible' });
  });
}

/** Which second copies there are, after another tab has written some. */
async function noteFiled(store: EvidenceStore): Promise<void> {
  for (const folder of ['ev', 'bl'] as const) {
    for (const name of (await store.files?.names(folder).catch(() => [])) ?? []) store.filed.add(`${folder}/${name}`);
  }
  filedCount.value += 1;
}

function isDamaged(state: SyncState): boolean {
  return syncMark.value.missing.length > 0 || state.blobs.some(isStuck);
}

async function afterContact(store: EvidenceStore, token: () => string | null): Promise<void> {
  // A page that is gone may have left facts among the files alone, and nobody else knows of them.
  void takeUp().then(takeUpSoon);
  await letGo(store);
  const { reportCondition } = await import('./condition');
  await reportCondition(token());
}

/** The only deletion of evidence, after a contact with the server; see `retention`. */
async function letGo(store: EvidenceStore): Promise<void> {
  const { sweep } = await import('../db/sweep');
  const deleted = await sweep(store).catch(() => 0);
  if (deleted > 0) await readAgain(store, 'events').catch(() => undefined);
}
