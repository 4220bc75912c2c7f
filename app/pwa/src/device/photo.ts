/** Makes a photo ready to be kept: upright, scaled, JPEG, hashed, measured. The work is done in a worker. */
import type { Measured } from './photo-measure';
import { pictureSize } from './picture-size';

export interface PhotoSpec {
  /** Longest side of the kept photo, in pixels. */
  readonly max_side: number;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
}

export interface PreparedPhoto extends Measured {
  readonly bytes: ArrayBuffer;
  /** Of `bytes`, lower-case hex. */
  readonly sha256: string;
  readonly mime: 'image/jpeg';
  /** A small JPEG of the same picture, for lists. */
  readonly thumb: ArrayBuffer;
  readonly w: number;
  readonly h: number;
}

/** The bytes are no picture that this phone can read. */
export class NotAPicture extends Error {}

/** More pixels than a phone can unpack; cameras have 48 million at most. */
export class TooManyPixels extends Error {
  readonly megapixels: number;

  constructor(megapixels: number) {
    super(`${megapixels} megapixels`);
    this.megapixels = megapixels;
  }
}

const PIXELS_MOST = 64_000_000;
/** Several times what an old phone needs for a large photo. */
const SILENT_MS = 45_000;

export type PhotoReply = { readonly photo: PreparedPhoto } | { readonly failed: 'not_a_picture' | 'no_memory' };

/**
 * The bytes of a picked file, copied before anything else happens: some phones let go of the file as soon as the
 * handler returns.
 */
export async function copyOf(file: File): Promise<{ bytes: ArrayBuffer; mime: string }> {
  return { bytes: await file.arrayBuffer(), mime: file.type };
}

/** Raises `NotAPicture` and `TooManyPixels`; any other failure means that the phone had no memory for it. `bytes` stay usable. */
export async function preparePhoto(bytes: ArrayBuffer, mime: string, spec: PhotoSpec): Promise<PreparedPhoto> {
  const size = pictureSize(bytes);
  if (size && size.w * size.h > PIXELS_MOST) throw new TooManyPixels(Math.round((size.w * size.h) / 1_000_000));
  const ready = spare;
  spare = null;
  try {
    // One that waited may have been ended meanwhile, without a word.
    const reply = (ready && (await replyOf(ready, { bytes, mime, spec }).catch(() => null))) ?? (await replyOf(startWorker(), { bytes, mime, spec }));
    if ('photo' in reply) return reply.photo;
    if (reply.failed === 'not_a_picture') throw new NotAPicture();
    throw new Error('no memory for the photo');
  } finally {
    if (wanted > 0) spare ??= startSpare();
  }
}

/** A worker a photo: what a large picture took is given back at once. */
async function replyOf(worker: Worker, order: { readonly bytes: ArrayBuffer; readonly mime: string; readonly spec: PhotoSpec }): Promise<PhotoReply> {
  let patience: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<PhotoReply>((resolve, reject) => {
      worker.onmessage = (message: MessageEvent<PhotoReply>) => resolve(message.data);
      worker.onerror = () => reject(new Error('photo worker ended'));
      patience = setTimeout(() => reject(new Error('photo worker is silent')), SILENT_MS);
      worker.postMessage(order);
    });
  } finally {
    clearTimeout(patience);
    worker.terminate();
  }
}

let spare: Worker | null = null;
let wanted = 0;

/** Keeps a worker started while photos are taken, so that none waits for its code. Returns what ends that. */
export function readyForPhotos(): () => void {
  wanted += 1;
  spare ??= startSpare();
  return () => {
    wanted -= 1;
    if (wanted > 0) return;
    spare?.terminate();
    spare = null;
  };
}

/** One that cannot start says so while nobody waits for it yet: then there is none. */
function startSpare(): Worker {
  const worker = startWorker();
  worker.onerror = () => {
    if (spare === worker) spare = null;
  };
  return worker;
}

function startWorker(): Worker {
  return new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' });
}
