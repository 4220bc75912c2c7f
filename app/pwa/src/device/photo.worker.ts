/** Off the page's thread: decode, turn upright, scale, encode, hash, measure. One photo, then the page ends us. */
import type { PhotoReply, PhotoSpec, PreparedPhoto } from './photo';

interface Request {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
  readonly spec: PhotoSpec;
}

declare const self: DedicatedWorkerGlobalScope;

const MEASURED_SIDE = 480;
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
  const { canvas } = drawn(picture, spec.max_side, '#fff');
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: spec.quality / 100 });
  const bytes = await blob.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const small = await drawn(picture, THUMB_SIDE, '#fff').canvas.convertToBlob({ type: 'image/jpeg', quality: THUMB_QUALITY });
  const thumb = await small.arrayBuffer();
  return { bytes, sha256, mime: 'image/jpeg', thumb, w: canvas.width, h: canvas.height, ...measured(picture) };
}

function drawn(picture: ImageBitmap, maxSide: number, ground: string): { canvas: OffscreenCanvas; pen: OffscreenCanvasRenderingContext2D } {
  const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.imageSmoothingQuality = 'high';
  // A transparent picture becomes black in JPEG without a ground.
  pen.fillStyle = ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return { canvas, pen };
}

function measured(picture: ImageBitmap): { sharpness: number; brightness: number } {
  const { canvas, pen } = drawn(picture, MEASURED_SIDE, '#fff');
  const { width, height } = canvas;
  const pixels = pen.getImageData(0, 0, width, height).data;
  const grey = new Float32Array(width * height);
  let light = 0;
  for (let at = 0; at < grey.length; at++) {
    const luma = 0.2126 * (pixels[at * 4] ?? 0) + 0.7152 * (pixels[at * 4 + 1] ?? 0) + 0.0722 * (pixels[at * 4 + 2] ?? 0);
    grey[at] = luma;
    light += luma;
  }
  let sum = 0;
  let squares = 0;
  let count = 0;
  const pixel = (at: number): number => grey[at] ?? 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const edge = 4 * pixel(at) - pixel(at - 1) - pixel(at + 1) - pixel(at - width) - pixel(at + width);
      sum += edge;
      squares += edge * edge;
      count++;
    }
  }
  const mean = count ? sum / count : 0;
  return {
    sharpness: Math.min(1_000_000, Math.round(count ? squares / count - mean * mean : 0)),
    brightness: Math.min(255, Math.round(light / Math.max(1, grey.length))),
  };
}
