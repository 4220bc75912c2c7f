/** How much this phone holds and how much more it can hold: counted and tried, never estimated. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { saidSize } from '../db/chain';
import { keepBallast, PART_BYTES, probeRoom } from '../db/room';
import { stamp } from '../device/clock';
import { blobOwners, ownEvents } from './held';
import { storeHere } from './phone';

export interface Room {
  readonly bytes: number;
  /** There is at least so much; more was not tried. */
  readonly enough: boolean;
  readonly at: string;
}

const USUAL_PHOTO_BYTES = 600_000;
/** Dark corners make small files; the next photo may be of a bright kitchen. */
const SMALL_PHOTO_BYTES = 200_000;

/** As much as a long day of photos takes. */
const PROBE_BYTES = 10 * PART_BYTES;

const roomNow = signal<Room | null>(null);

/** What the last write probe found; null before the first, and where there are no files to probe with. */
export const room: ReadonlySignal<Room | null> = roomNow;

/** What evidence takes on this phone, each copy counted once. */
export const heldBytes: ReadonlySignal<number> = computed(() => {
  const blobs = [...blobOwners.value].reduce((sum, [sha256, { stored }]) => sum + (saidSize(stored, sha256) ?? 0), 0);
  return ownEvents.value.reduce((sum, { stored }) => sum + stored.body.length, blobs);
});

/** The size of a photo here, in bytes: the mean of those that are held. */
export const photoBytes: ReadonlySignal<number> = computed(() => {
  const sizes = ownEvents.value.flatMap(({ stored }) => (stored.kind === 'photo.captured' ? stored.blobs.map((sha256) => saidSize(stored, sha256) ?? 0) : []));
  return sizes.length === 0 ? USUAL_PHOTO_BYTES : Math.max(SMALL_PHOTO_BYTES, sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
});

/** Whether this browser has a second place for copies. */
export function keepsTwo(): boolean {
  return storeHere()?.files != null;
}

let measuring: Promise<Room | null> | null = null;

/** Write until it ends, let go of it again. Takes a second or two, and is done when somebody looks; who looks meanwhile waits for it. */
export function measureRoom(): Promise<Room | null> {
  measuring ??= measure().finally(() => (measuring = null));
  return measuring;
}

async function measure(): Promise<Room | null> {
  const bytes = await probeRoom(storeHere()?.files ?? null, PROBE_BYTES);
  roomNow.value = bytes === null ? null : { bytes, enough: bytes >= PROBE_BYTES, at: stamp() };
  return roomNow.value;
}

/** Room for the last signature of a full day, made while there is plenty. */
export async function makeBallast(): Promise<void> {
  const files = storeHere()?.files;
  if (files) await keepBallast(files).catch(() => false);
}
