/** Off the page's thread: decode, turn upright, scale, encode, hash, measure. One photo, then the page ends us. */
import { greyOf } from './ladder';
import { measure, MEASURED_SIDE } from './photo-measure';
import type { PhotoReply, PhotoSpec, PreparedPhoto } from './photo';

interface Request {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
  readonly spec: PhotoSpec;
}

declare const self: DedicatedWorkerGlobalScope;

const THUMB_SIDE = 256;
const THUMB_QUALITY = 0.7;

self.onmessage = async (message: MessageEvent<Request>) => {
  const reply = await prepare(message.data);
  self.postMessage(reply, 'photo' in reply ? [reply.photo.bytes, reply.photo.thumb] : []);
};

async function prepare({ bytes, mime, spec }: Request): Promise<PhotoReply> {
  let picture: ImageBitmap;
  try {
    // The pixels themselves are turned, so that no reader needs to know about EXIF, and none of it is kept.
    picture = await createImageBitmap(new Blob([bytes], { type: mime }), { imageOrientation: 'from-image' });
  } catch {
    return { failed: 'not_a_picture' };
  }
  try {
    return { photo: await keep(picture, spec) };
  } catch {
    return { failed: 'no_memory' };
  } finally {
    picture.close();
  }
}

async function keep(picture: ImageBitmap, spec: PhotoSpec): Promise<PreparedPhoto> {
  const canvas = drawn(picture, spec.max_side);
  // It is encoded on another thread; what follows meanwhile is made of the small one, for the large one is slow to look at.
  const encoded = canvas.convertToBlob({ type: 'image/jpeg', quality: spec.quality / 100 });
  const small = drawn(canvas, THUMB_SIDE).convertToBlob({ type: 'image/jpeg', quality: THUMB_QUALITY });
  const found = measure(greyOf(pixelsOf(drawn(canvas, MEASURED_SIDE))));
  const bytes = await (await encoded).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const thumb = await (await small).arrayBuffer();
  return { bytes, sha256, mime: 'image/jpeg', thumb, w: canvas.width, h: canvas.height, ...found };
}

function drawn(picture: ImageBitmap | OffscreenCanvas, maxSide: number): OffscreenCanvas {
  const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const pen = penOf(canvas);
  pen.imageSmoothingQuality = 'medium';
  // A transparent picture becomes black in JPEG without a ground.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function pixelsOf(canvas: OffscreenCanvas): ImageData {
  return penOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
}

function penOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  return pen;
}
