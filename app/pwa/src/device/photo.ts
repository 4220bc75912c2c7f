/** Makes a photo ready to be kept: upright, scaled, JPEG, hashed, measured. The work is done in a worker. */

export interface PhotoSpec {
  /** Longest side of the kept photo, in pixels. */
  readonly max_side: number;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
}

export interface PreparedPhoto {
  readonly bytes: ArrayBuffer;
  /** Of `bytes`, lower-case hex. */
  readonly sha256: string;
  readonly mime: 'image/jpeg';
  /** A small JPEG of the same picture, for lists. */
  readonly thumb: ArrayBuffer;
  readonly w: number;
  readonly h: number;
  /** Variance of the Laplacian of the grey picture at 480 pixels; under about 40 a picture looks blurred. */
  readonly sharpness: number;
  /** Mean luma, 0 black to 255 white. */
  readonly brightness: number;
}

/** The bytes are no picture that this phone can read. */
export class NotAPicture extends Error {}

export type PhotoReply = { readonly photo: PreparedPhoto } | { readonly failed: 'not_a_picture' | 'no_memory' };

export type Weakness = 'blurred' | 'dark' | 'glare';

const BLURRED_BELOW = 40;
const DARK_BELOW = 42;
const GLARE_ABOVE = 235;

/** What to tell the installer at once about a photo; null when it looks usable. */
export function weaknessOf(photo: { readonly sharpness: number; readonly brightness: number }): Weakness | null {
  if (photo.brightness < DARK_BELOW) return 'dark';
  if (photo.brightness > GLARE_ABOVE) return 'glare';
  return photo.sharpness < BLURRED_BELOW ? 'blurred' : null;
}

/**
 * The bytes of a picked file, copied before anything else happens: some phones let go of the file as soon as the
 * handler returns.
 */
export async function copyOf(file: File): Promise<{ bytes: ArrayBuffer; mime: string }> {
  return { bytes: await file.arrayBuffer(), mime: file.type };
}

/** Raises `NotAPicture`; any other failure means that the phone had no memory for it. `bytes` stay usable. */
export async function preparePhoto(bytes: ArrayBuffer, mime: string, spec: PhotoSpec): Promise<PreparedPhoto> {
  const worker = new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' });
  try {
    const reply = await new Promise<PhotoReply>((resolve, reject) => {
      worker.onmessage = (message: MessageEvent<PhotoReply>) => resolve(message.data);
      worker.onerror = () => reject(new Error('photo worker ended'));
      worker.postMessage({ bytes, mime, spec });
    });
    if ('photo' in reply) return reply.photo;
    if (reply.failed === 'not_a_picture') throw new NotAPicture();
    throw new Error('no memory for the photo');
  } finally {
    // A worker a photo: what a large picture took is given back at once.
    worker.terminate();
  }
}
