/** The one honest bar: what is still only on this phone, and what is being done about it. */
import { signal, type ReadonlySignal } from '@preact/signals';

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

const idle: SyncStatus = {
  kind: 'delivered',
  online: null,
  pending_events: 0,
  pending_blobs: 0,
  pending_bytes: 0,
  oldest_at: null,
  last_ok_at: null,
  last_error: null,
  next_try_at: null,
  sending: null,
  age: 'fresh',
  copies: 2,
};

const statusNow = signal<SyncStatus>(idle);
const pendingNow = signal<readonly PendingItem[]>([]);

export const status: ReadonlySignal<SyncStatus> = statusNow;
/** The outbox: own events that are not acknowledged and blobs without a receipt, oldest first. */
export const pendingItems: ReadonlySignal<readonly PendingItem[]> = pendingNow;
