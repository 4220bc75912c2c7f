/** The one honest bar: what is still only on this phone, and what is being done about it. */
import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { saidSize } from '../db/chain';
import type { StoredEvent } from '../db/schema';
import { stamp } from '../device/clock';
import { blobTrouble, eventTrouble, isDelivered, isStuck, percentOf } from './delivery';
import { blobOwners, heldReceipts, minute, standings, syncMark, syncState } from './held';
import { eventItem } from './items';
import { takeUp } from './late';
import { phoneHere } from './phone';

export interface SyncStatus {
  readonly kind: 'delivered' | 'on_phone' | 'sending' | 'attention';
  /** Whether the server answered last time; null before the first try. */
  readonly online: boolean | null;
  /** Facts that are not delivered whole: each with its blobs is one thing, as in the outbox. */
  readonly pending: number;
  /** Those of them that cannot go without somebody's help. */
  readonly attention: number;
  readonly pending_events: number;
  readonly pending_blobs: number;
  readonly pending_bytes: number;
  /** RFC 3339, of the oldest thing that is only here; null when nothing is. */
  readonly oldest_at: string | null;
  readonly last_ok_at: string | null;
  /** A slug of docs/PROBLEMS.md, `no-connection`, or a local one: `blob-damaged`, `blob-unnamed`, `blob-missing`, `event-damaged`, `storage`. */
  readonly last_error: string | null;
  readonly next_try_at: string | null;
  readonly sending: { readonly sha256: string; readonly percent: number } | null;
  /** `amber` after 24 h, `red` after 72 h with something unsent. */
  readonly age: 'fresh' | 'amber' | 'red';
  /** The fewest copies that anything unsent has on this phone. */
  readonly copies: 1 | 2;
}

/** One fact with the blobs it names. */
export interface PendingItem {
  readonly event_id: string;
  readonly job_id: string | null;
  /** The event's kind, for example `photo.captured`; `lost` for bytes that the office asks for and nothing here names. */
  readonly kind: string;
  readonly at: string;
  /** Bytes that the office has not verified. */
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

/** The outbox: facts that are not acknowledged, or that have a blob without a receipt, oldest first. The bar counts the same. */
export const pendingItems: ReadonlySignal<readonly PendingItem[]> = computed(() => {
  const facts = [...standings.value.values()].filter(({ event }) => !isDelivered(event.stored.event_id)).map(({ event }) => pendingFact(event.stored));
  return [...facts.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)), ...namelessBlobs()];
});

export const status: ReadonlySignal<SyncStatus> = computed(() => {
  const pending = pendingItems.value;
  const { online, last_error, next_try_ms, busy } = syncState.value;
  const blobs = [...blobOwners.value].filter(([name]) => !heldReceipts.value.blobs.has(name));
  const attention = pending.filter(({ status: item }) => item === 'attention');
  const troubled = attention[0]?.error ?? null;
  const oldest_at = pending.find(({ at }) => at !== '')?.at ?? null;
  const sha256 = busy?.kind === 'chunk' ? busy.sha256 : null;
  return {
    kind: kindOf(pending.length, troubled),
    online,
    pending: pending.length,
    attention: attention.length,
    pending_events: [...standings.value.values()].filter(({ acked }) => !acked).length,
    pending_blobs: blobs.length,
    pending_bytes: blobs.reduce((sum, [name, { stored }]) => sum + (saidSize(stored, name) ?? 0), 0),
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

/** After a fresh round trip: is nothing left that is only on this phone? False as well when the server or the files cannot be reached. */
export async function confirmDelivered(): Promise<boolean> {
  if (!phoneHere()) return false;
  // Also what a page that is gone left among the files alone.
  if (!(await takeUp())) return false;
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
  return fresh && pendingItems.value.length === 0;
}

function kindOf(pending: number, troubled: string | null): SyncStatus['kind'] {
  if (troubled !== null) return 'attention';
  if (pending === 0) return 'delivered';
  const { busy, failures } = syncState.value;
  return busy !== null && failures === 0 ? 'sending' : 'on_phone';
}

/** Bytes that the office waits for or that are here alone, and no fact that names them can be shown. */
function namelessBlobs(): PendingItem[] {
  const stuck = syncState.value.blobs.filter(isStuck).map(({ sha256 }) => sha256);
  return [...new Set([...syncMark.value.missing, ...stuck])]
    .filter((sha256) => !blobOwners.value.has(sha256))
    .map((sha256) => ({ event_id: sha256, job_id: null, kind: 'lost', at: '', size: 0, status: 'attention', percent: 0, copies: 1, error: blobTrouble(sha256) }));
}

function ageOf(oldest_at: string | null): SyncStatus['age'] {
  if (oldest_at === null) return 'fresh';
  const age_ms = minute.value - Date.parse(oldest_at);
  if (age_ms >= RED_MS) return 'red';
  return age_ms >= AMBER_MS ? 'amber' : 'fresh';
}

function pendingFact(stored: StoredEvent): PendingItem {
  const { event_id, job_id, kind, at, blobs } = stored;
  const left = blobs.filter((sha256) => !heldReceipts.value.blobs.has(sha256));
  const { status: state, percent, copies } = eventItem(event_id).value;
  const error = left.map(blobTrouble).find((trouble) => trouble !== null) ?? eventTrouble(event_id);
  const size = left.reduce((sum, sha256) => sum + (saidSize(stored, sha256) ?? 0), left.length === 0 ? stored.body.length : 0);
  return { event_id, job_id, kind, at, size, status: state === 'attention' || state === 'sending' ? state : 'on_phone', percent, copies, error };
}
