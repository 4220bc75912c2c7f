/** Whether this phone was enrolled before and its storage was emptied: asked of the office, else read from a hint. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { readWitness } from '../device/witness';
import { ask, jsonIn, type Fetch } from '../sync/answer';
import { isObject } from '../sync/wire';

export interface Before {
  readonly label: string;
  readonly user_name: string;
  /** RFC 3339; null when only the hint is left. */
  readonly last_contact_at: string | null;
  /** What this phone said last that it held and had not sent; null when only the hint is left. */
  readonly pending: { readonly events: number; readonly blobs: number; readonly bytes: number; readonly oldest_at: string | null } | null;
  /** Photos and signatures that the office knows of and has not got; null when only the hint is left. */
  readonly awaiting_blobs: number | null;
}

const beforeNow = signal<Before | null>(null);

/** null when nothing says that somebody was enrolled here. */
export const before: ReadonlySignal<Before | null> = beforeNow;

export async function lookBefore(fetch: Fetch): Promise<Before | null> {
  const hint = readWitness();
  const known = hint && { label: hint.label, user_name: hint.user_name, last_contact_at: null, pending: null, awaiting_blobs: null };
  beforeNow.value ??= known;
  const answer = await ask(fetch, '/api/v1/devices/before', { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  if (answer.kind === 'ok') beforeNow.value = readBefore(jsonIn(answer.headers, answer.body)) ?? known;
  return beforeNow.value;
}

/** For the office, in the fact that says that all was lost. */
export function wordsOf({ label, user_name, last_contact_at, pending, awaiting_blobs }: Before): string {
  const held = pending && `${pending.events} events and ${pending.blobs} blobs (${pending.bytes} bytes) pending then`;
  const parts = [`${label}, ${user_name}`, last_contact_at && `last contact ${last_contact_at}`, held, awaiting_blobs === null ? null : `${awaiting_blobs} blobs awaited`];
  return parts.filter(Boolean).join('; ').slice(0, 1_000);
}

function readBefore(value: unknown): Before | null {
  const phone = isObject(value) ? value['phone'] : null;
  if (!isObject(phone) || typeof phone['label'] !== 'string' || typeof phone['user_name'] !== 'string') return null;
  const { label, user_name, last_contact_at } = phone;
  const pending = isObject(phone['pending']) ? phone['pending'] : {};
  const counts = { events: countOf(pending['events']), blobs: countOf(pending['blobs']), bytes: countOf(pending['bytes']) };
  const oldest_at = typeof pending['oldest_at'] === 'string' ? pending['oldest_at'] : null;
  return {
    label: label as string,
    user_name: user_name as string,
    last_contact_at: typeof last_contact_at === 'string' ? last_contact_at : null,
    pending: { ...counts, oldest_at },
    awaiting_blobs: countOf(phone['awaiting_blobs']),
  };
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
