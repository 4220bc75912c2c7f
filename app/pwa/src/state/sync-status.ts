/** The one honest bar: what is still only on this phone, and what is being done about it. */
import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { copiesOf, copiesOfBlob } from '../db/evidence';
import { saidSize } from '../db/chain';
import { stamp } from '../device/clock';
import { blobTrouble, eventTrouble, isSending, percentOf } from './delivery';
import { blobOwners, filedCount, heldReceipts, minute, standings, syncMark, syncState } from './held';
import { phoneHere, storeHere } from './phone';

export interface SyncStatus {
  readonly kind: 'delivered' | 'on_phone' | 'sending' | 'attention';
  /** Whether the server answered last time; null before the first try. */
  readonly online: boolean | null;
  readonly pending_events: number;
  readonly pending_blobs: number;
  readonly pending_bytes: number;
  /** RFC 3339, of the oldest thing that is only here; null when nothing is. */
  readonly oldest_at: string | null;
  readonly last_ok_at: string | null;
  /** A slug of docs/PROBLEMS.md, `no-connection`, or a local one: `blob-damaged`, `blob-missing`, `event-damaged`, `storage`. */
  readonly last_error: string | null;
  readonly next_try_at: string | null;
  readonly sending: { readonly sha256: string; readonly percent: number } | null;
  /** `amber` after 24 h, `red` after 72 h with something unsent. */
  readonly age: 'fresh' | 'amber' | 'red';
  /** The fewest copies that anything unsent has on this phone. */
  readonly copies: 1 | 2;
}

export interface PendingItem {
  readonly event_id: string;
  readonly job_id: string | null;
  /** The event's kind, for example `photo.captured`. */
  readonly kind: string;
  readonly at: string;
  /** The blob this line is about; null for the event itself. */
  readonly sha256: string | null;
  readonly size: number;
  readonly status: 'on_phone' | 'sending' | 'attention';
  readonly percent: number;
  readonly copies: 1 | 2;
  /** Why it needs attention, else null. */
  readonly error: string | null;
}

const HOUR_MS = 3_600_000;
const AMBER_MS = 24 * HOUR_MS;
const RED_MS = 72 * HOUR_MS;
const CONFIRM_MAX_MS = 45_000;
const SETTLE_MAX_MS = 5_000;

/** The outbox: own events that are not acknowledged and blobs without a receipt, oldest first. */
export const pendingItems: ReadonlySignal<readonly PendingItem[]> = computed(() => {
  const events = [...standings.value.values()].filter(({ acked }) => !acked).map(({ event }) => pendingEvent(event.stored.event_id));
  const blobs = [...blobOwners.value.keys()].filter((sha256) => !heldReceipts.value.blobs.has(sha256)).map(pendingBlob);
  return [...events, ...blobs].flatMap((item) => item ?? []).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
});

export const status: ReadonlySignal<SyncStatus> = computed(() => {
  const pending = pendingItems.value;
  const { online, last_error, next_try_ms, busy } = syncState.value;
  const blobs = pending.filter(({ sha256 }) => sha256 !== null);
  const troubled = pending.find(({ status: item }) => item === 'attention')?.error ?? missingBlob();
  const oldest_at = pending[0]?.at ?? null;
  const sha256 = busy?.kind === 'chunk' ? busy.sha256 : null;
  return {
    kind: kindOf(pending.length, troubled),
    online,
    pending_events: pending.length - blobs.length,
    pending_blobs: blobs.length,
    pending_bytes: blobs.reduce((sum, { size }) => sum + size, 0),
    oldest_at,
    last_ok_at: syncMark.value.last_ok_at,
    last_error: troubled ?? last_error,
    next_try_at: pending.length > 0 && busy === null && next_try_ms > 0 ? stamp(next_try_ms) : null,
    sending: sha256 === null ? null : { sha256, percent: percentOf(sha256) },
    age: ageOf(oldest_at),
    copies: pending.some(({ copies }) => copies === 1) ? 1 : 2,
  };
});

/** Try now, whatever was waited for. */
export function syncNow(): void {
  phoneHere()?.nudge({ type: 'manual' });
}

/** After a fresh round trip: is nothing left that is only on this phone? False as well when the server cannot be reached. */
export async function confirmDelivered(): Promise<boolean> {
  if (!phoneHere()) return false;
  const { last_ok_ms: before, failures } = syncState.value;
  syncNow();
  const fresh = await new Promise<boolean>((resolve) => {
    let settling: ReturnType<typeof setTimeout> | undefined;
    const timeout = setTimeout(() => finish(false), CONFIRM_MAX_MS);
    const stop = effect(() => {
      const state = syncState.value;
      const left = pendingItems.value.length;
      if (state.last_ok_ms !== before) {
        // The office has answered; what its answer acknowledges is written and read before it shows here.
        if (left === 0) queueMicrotask(() => finish(true));
        else settling ??= setTimeout(() => finish(true), SETTLE_MAX_MS);
      } else if (state.failures > 0 && state.failures !== failures) queueMicrotask(() => finish(false));
    });
    function finish(answered: boolean): void {
      clearTimeout(timeout);
      clearTimeout(settling);
      stop();
      resolve(answered);
    }
  });
  return fresh && pendingItems.value.length === 0 && missingBlob() === null;
}

function kindOf(pending: number, troubled: string | null): SyncStatus['kind'] {
  if (troubled !== null) return 'attention';
  if (pending === 0) return 'delivered';
  const { busy, failures } = syncState.value;
  return busy !== null && failures === 0 ? 'sending' : 'on_phone';
}

/** The server waits for something that this phone no longer has. */
function missingBlob(): string | null {
  return syncMark.value.missing.length > 0 ? 'blob-missing' : null;
}

function ageOf(oldest_at: string | null): SyncStatus['age'] {
  if (oldest_at === null) return 'fresh';
  const age_ms = minute.value - Date.parse(oldest_at);
  if (age_ms >= RED_MS) return 'red';
  return age_ms >= AMBER_MS ? 'amber' : 'fresh';
}

function pendingEvent(eventId: string): PendingItem | null {
  const store = storeHere();
  const stored = standings.value.get(eventId)?.event.stored;
  if (!store || !stored || filedCount.value < 0) return null;
  const { event_id, job_id, kind, at, epoch, seq } = stored;
  const { busy, epoch: present } = syncState.value;
  const under = busy?.kind === 'sync' && epoch === present && seq >= busy.from && seq <= busy.to;
  const error = eventTrouble(eventId);
  const state = error === null ? (under ? 'sending' : 'on_phone') : 'attention';
  return { event_id, job_id, kind, at, sha256: null, size: stored.body.length, status: state, percent: 0, copies: copiesOf(store, stored), error };
}

function pendingBlob(sha256: string): PendingItem | null {
  const store = storeHere();
  const stored = blobOwners.value.get(sha256)?.stored;
  if (!store || !stored || filedCount.value < 0) return null;
  const { event_id, job_id, kind, at } = stored;
  const error = blobTrouble(sha256);
  const state = error === null ? (isSending(sha256) ? 'sending' : 'on_phone') : 'attention';
  const size = saidSize(stored, sha256) ?? 0;
  return { event_id, job_id, kind, at, sha256, size, status: state, percent: percentOf(sha256), copies: copiesOfBlob(store, sha256), error };
}
