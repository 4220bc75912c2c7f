/** Where one photo, signature or event is on its way to the office. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { readBlob } from '../db/blobs';
import { copiesOf, copiesOfBlob } from '../db/evidence';
import { blobTrouble, eventTrouble, isDelivered, isForReview, isSending, ownerOf, percentOf } from './delivery';
import { filedCount, heldReceipts, standings, syncState } from './held';
import { phoneHere, storeHere } from './phone';

/** `review`: delivered, and the office will look at it. `attention`: it cannot go as it is, and somebody must act. */
export type ItemStatus = 'on_phone' | 'sending' | 'delivered' | 'attention' | 'review';

export interface Item {
  readonly status: ItemStatus;
  /** 0 to 100 of the bytes, as the server last confirmed them. */
  readonly percent: number;
  readonly copies: 1 | 2;
}

const blobItems = new Map<string, ReadonlySignal<Item>>();
const eventItems = new Map<string, ReadonlySignal<Item>>();

/** A blob by its SHA-256. */
export function itemOf(sha256: string): ReadonlySignal<Item> {
  return kept(blobItems, sha256, () => {
    const owner = ownerOf(sha256);
    const reviewed = owner !== null && isForReview(owner);
    return { status: blobStatus(sha256, reviewed), percent: percentOf(sha256), copies: copies((store) => copiesOfBlob(store, sha256)) };
  });
}

/** An event with all the blobs it names, as one thing. */
export function eventItem(eventId: string): ReadonlySignal<Item> {
  return kept(eventItems, eventId, () => {
    const stored = standings.value.get(eventId)?.event.stored;
    const blobs = stored?.blobs ?? [];
    const percents = blobs.map(percentOf);
    const percent = isDelivered(eventId) ? 100 : Math.min(99, Math.floor(percents.reduce((sum, part) => sum + part, 0) / Math.max(1, percents.length)));
    return { status: eventStatus(eventId, blobs), percent, copies: copies((store) => (stored ? copiesOf(store, stored) : 1)) };
  });
}

/** An object URL of the local copy, or null when this phone has none. The caller revokes it. */
export async function photoUrl(sha256: string): Promise<string | null> {
  const store = storeHere();
  const bytes = store ? await readBlob(store, sha256) : null;
  return bytes ? URL.createObjectURL(new Blob([bytes], { type: pictureType(bytes) })) : null;
}

/** An object URL of the picture as the office shows it, for one that this phone has not got; null without a connection. */
export async function officePhotoUrl(sha256: string, size: 'thumb' | 'full'): Promise<string | null> {
  const token = phoneHere()?.drain.token;
  if (!token) return null;
  try {
    const answer = await fetch(`/api/v1/blobs/${sha256}/${size === 'thumb' ? 'thumb' : 'view'}`, { headers: { Authorization: `Bearer ${token}` }, credentials: 'omit', redirect: 'error' });
    const picture = answer.ok && (answer.headers.get('Content-Type') ?? '').startsWith('image/');
    return picture ? URL.createObjectURL(await answer.blob()) : null;
  } catch {
    return null;
  }
}

/** The small copy, else the photo itself. */
export async function thumbUrl(sha256: string): Promise<string | null> {
  const bytes = await storeHere()
    ?.database.run((db) => db.get('thumbs', sha256))
    .catch(() => undefined);
  return bytes ? URL.createObjectURL(new Blob([bytes], { type: pictureType(bytes) })) : photoUrl(sha256);
}

/** Keep a small copy for lists. It can be made again, so a failure is nobody's business. */
export async function keepThumb(sha256: string, bytes: ArrayBuffer): Promise<void> {
  await storeHere()
    ?.database.run((db) => db.put('thumbs', bytes, sha256))
    .catch(() => undefined);
}

/** A statement or strokes as text, or null when this phone does not hold them. */
export async function blobText(sha256: string): Promise<string | null> {
  const store = storeHere();
  const bytes = store ? await readBlob(store, sha256) : null;
  return bytes ? new TextDecoder().decode(bytes) : null;
}

function kept(items: Map<string, ReadonlySignal<Item>>, name: string, compute: () => Item): ReadonlySignal<Item> {
  const item = items.get(name) ?? computed(compute);
  items.set(name, item);
  return item;
}

function blobStatus(sha256: string, reviewed: boolean): ItemStatus {
  if (heldReceipts.value.blobs.has(sha256)) return reviewed ? 'review' : 'delivered';
  if (blobTrouble(sha256) !== null) return 'attention';
  return isSending(sha256) ? 'sending' : 'on_phone';
}

function eventStatus(eventId: string, blobs: readonly string[]): ItemStatus {
  if (isDelivered(eventId)) return isForReview(eventId) ? 'review' : 'delivered';
  if (eventTrouble(eventId) !== null || blobs.some((sha256) => blobTrouble(sha256) !== null)) return 'attention';
  return isUnderWay(eventId) || blobs.some(isSending) ? 'sending' : 'on_phone';
}

function isUnderWay(eventId: string): boolean {
  const { busy, epoch } = syncState.value;
  const stored = standings.value.get(eventId)?.event.stored;
  return busy?.kind === 'sync' && stored?.epoch === epoch && stored.seq >= busy.from && stored.seq <= busy.to;
}

function copies(count: (store: NonNullable<ReturnType<typeof storeHere>>) => 1 | 2): 1 | 2 {
  const store = storeHere();
  return store && filedCount.value >= 0 ? count(store) : 1;
}

/** By the bytes, not by what somebody said. */
function pictureType(bytes: ArrayBuffer): string {
  const [first, second, third, fourth] = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
  if (first === 0xff && second === 0xd8) return 'image/jpeg';
  if (first === 0x89 && second === 0x50 && third === 0x4e && fourth === 0x47) return 'image/png';
  return first === 0x52 && second === 0x49 ? 'image/webp' : 'application/octet-stream';
}
