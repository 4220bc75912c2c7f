/** The network's phones: what each holds, how it is, which need a look; and what was set aside. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { get, query, send } from './api';
import type { Stage } from '../../domain/job';
import type { Named } from './shapes';

export type Look =
  | 'storage_lost'
  | 'readmitted'
  | 'very_overdue'
  | 'overdue'
  | 'blobs_overdue'
  | 'quarantine'
  | 'one_copy'
  | 'not_persisted'
  | 'little_room'
  | 'clock_off'
  | 'old_build';

/** What a phone last said of itself. Null where it could not find out. */
export interface Condition {
  readonly copies: 1 | 2;
  readonly persisted: boolean | null;
  readonly room_bytes: number | null;
  readonly mode: 'installed' | 'tab';
  readonly clock_off_ms: number | null;
}

export interface AwaitedJob {
  readonly job_id: string;
  readonly order_ref: string | null;
  readonly blobs: number;
  readonly since: string;
}

export interface Phone {
  readonly device_id: string;
  readonly label: string;
  readonly platform: string;
  readonly user: Named;
  readonly user_disabled: boolean;
  readonly station: Named | null;
  readonly enrolled_at: string;
  readonly last_contact_at: string | null;
  readonly build: string | null;
  readonly pending_events: number;
  readonly pending_blobs: number;
  readonly pending_bytes: number;
  readonly pending_oldest_at: string | null;
  readonly awaiting_blobs: number;
  readonly awaiting: readonly AwaitedJob[];
  readonly condition: Condition | null;
  readonly condition_at: string | null;
  readonly readmitted_at: string | null;
  readonly confirmed_at: string | null;
  readonly storage_lost_at: string | null;
  readonly replaces: Named | null;
  readonly quarantined: number;
  readonly revoked: boolean;
  readonly looks: readonly Look[];
}

export interface PhonePage {
  readonly devices: readonly Phone[];
  readonly next: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

/** How many phones call for somebody, by reason. */
export interface Alerts {
  readonly overdue: number;
  readonly readmitted: number;
  readonly storage_lost: number;
  readonly quarantine: number;
}

/** An event that could not be folded. `text` is what came, and hostile. */
export interface SetAside {
  readonly device_id: string;
  readonly label: string;
  readonly user: Named | null;
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly reason: string;
  readonly received_at: string;
  readonly seen: boolean;
  readonly kind: string | null;
  readonly job_id: string | null;
  readonly bytes: number;
  readonly text: string;
}

export interface SetAsidePage {
  readonly events: readonly SetAside[];
  readonly next: string | null;
}

/** A job that phones speak of and that the office does not have: what its set-aside facts say, hostile like these. */
export interface LostJob {
  readonly job_id: string;
  readonly facts: number;
  readonly people: readonly string[];
  readonly first_at: string;
  readonly last_at: string;
  readonly photos: readonly string[];
  readonly blobs_missing: number;
  readonly signoff: { readonly outcome: 'accepted' | 'refused' | 'absent'; readonly reason: string | null; readonly name: string | null } | null;
  readonly statement: {
    readonly order_ref: string | null;
    readonly customer: string | null;
    readonly address: readonly string[];
    readonly units: readonly string[];
  } | null;
  /** The jobs that the same order has made since. */
  readonly again: readonly { readonly job_id: string; readonly order_ref: string; readonly stage: Stage }[];
}

export const SHOWS = ['look', 'all'] as const;
export type Show = (typeof SHOWS)[number];

const alerted = signal<Alerts | null>(null);

/** As last answered; null until then. */
export const alerts: ReadonlySignal<Alerts | null> = alerted;

/** Ask again what calls for somebody. Without an answer the last one stands. */
export async function refreshAlerts(): Promise<void> {
  try {
    alerted.value = await get<Alerts>('/devices/alerts');
  } catch {
    // The page that is open says by itself that the office does not answer.
  }
}

export function phonesPage(show: Show, q: string, cursor: string | null, limit = 50): Promise<PhonePage> {
  return get<PhonePage>(`/devices${query({ show, q: q.trim(), cursor, limit })}`);
}

export function confirmPhone(deviceId: string): Promise<void> {
  return send('POST', `/devices/${encodeURIComponent(deviceId)}/confirm`);
}

export function setAsidePage(cursor: string | null): Promise<SetAsidePage> {
  return get<SetAsidePage>(`/quarantine${query({ cursor })}`);
}

export async function lostJobs(): Promise<readonly LostJob[]> {
  return (await get<{ readonly jobs: readonly LostJob[] }>('/quarantine/lost-jobs')).jobs;
}

/** Somebody has looked at what a phone's log set aside until that moment. */
export function markSeen(deviceId: string, until: string): Promise<void> {
  return send('POST', '/quarantine/seen', { device_id: deviceId, until });
}

/** How many phones call for somebody, whatever the reason; a phone may count twice. */
export function alertCount(found: Alerts | null): number {
  return found === null ? 0 : found.overdue + found.readmitted + found.storage_lost + found.quarantine;
}
