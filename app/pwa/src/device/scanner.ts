/**
 * Reads codes from the camera and from pictures, on the phone, with a decoder from our own origin.
 *
 * What a code means is for `domain/scan`; here it is only text, and nobody's friend.
 */
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { Effort, Read, ScanReply, ScanRequest } from './scan-messages';

export type { Effort, Read };

export interface Scanner {
  /** Looks at what the camera shows until `stop()`; the same text is told again only after a pause. */
  watch(video: HTMLVideoElement, onRead: (read: Read) => void): () => void;
  /** A picture from a file; null when there is no code in it or it is no picture. */
  readPicture(bytes: ArrayBuffer, mime: string): Promise<Read | null>;
  close(): void;
}

const DEEP_EVERY = 4;
/** The middle that the frame on the screen shows: more pixels a module, less to look at. */
const MIDDLE = 0.7;
const SAME_AGAIN_MS = 2500;
const PICTURE_SIDE = 2400;
const REST_MS = 60;

/** Starts the decoder's worker; the first read waits for about 1 MB of code, which is already on the phone. */
export function openScanner(): Scanner {
  const worker = new Worker(new URL('./scan.worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (read: Read | null) => void>();
  let last_id = 0;
  worker.postMessage({ wasm_url: new URL(wasmUrl, location.href).href });
  worker.onmessage = (message: MessageEvent<ScanReply>) => {
    waiting.get(message.data.id)?.(message.data.read);
    waiting.delete(message.data.id);
  };
  const read = (picture: ImageBitmap, effort: Effort): Promise<Read | null> =>
    new Promise((resolve) => {
      const id = ++last_id;
      waiting.set(id, resolve);
      worker.postMessage({ id, picture, effort } satisfies ScanRequest, [picture]);
    });
  return {
    watch: (video, onRead) => watch(video, read, onRead),
    readPicture: async (bytes, mime) => {
      const picture = await createImageBitmap(new Blob([bytes], { type: mime }), { imageOrientation: 'from-image' }).catch(() => null);
      return picture ? read(await smaller(picture), 'deep') : null;
    },
    close: () => worker.terminate(),
  };
}

function watch(
  video: HTMLVideoElement,
  read: (picture: ImageBitmap, effort: Effort) => Promise<Read | null>,
  onRead: (read: Read) => void,
): () => void {
  let stopped = false;
  let told = { text: '', at_ms: -Infinity };
  const look = async (): Promise<void> => {
    for (let frame = 1; !stopped; frame++) {
      const found = video.videoWidth > 0 && !video.paused ? await glance(video, frame % DEEP_EVERY === 0 ? 'deep' : 'quick', read) : null;
      if (stopped) return;
      if (found && (found.text !== told.text || performance.now() - told.at_ms > SAME_AGAIN_MS)) {
        told = { text: found.text, at_ms: performance.now() };
        onRead(found);
      }
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  void look();
  return () => {
    stopped = true;
  };
}

async function glance(
  video: HTMLVideoElement,
  effort: Effort,
  read: (picture: ImageBitmap, effort: Effort) => Promise<Read | null>,
): Promise<Read | null> {
  const { videoWidth: width, videoHeight: height } = video;
  const part = effort === 'deep' ? 1 : MIDDLE;
  try {
    const picture = await createImageBitmap(
      video,
      Math.round((width * (1 - part)) / 2),
      Math.round((height * (1 - part)) / 2),
      Math.round(width * part),
      Math.round(height * part),
    );
    return await read(picture, effort);
  } catch {
    return null; // a frame that was gone before it could be read
  }
}

async function smaller(picture: ImageBitmap): Promise<ImageBitmap> {
  const scale = PICTURE_SIDE / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
  const resized = await createImageBitmap(picture, {
    resizeWidth: Math.round(picture.width * scale),
    resizeHeight: Math.round(picture.height * scale),
    resizeQuality: 'high',
  });
  picture.close();
  return resized;
}
