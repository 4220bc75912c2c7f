/**
 * Reads codes from the camera and from pictures, on the phone, with a decoder from our own origin.
 *
 * What a code means is for whoever asks; here it is only text, and nobody's friend.
 */
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { pictureSize } from './picture-size';
import { SURE, type Effort, type Rate, type Read, type ScanReply, type ScanRequest } from './scan-messages';

export interface Scanner {
  /**
   * Looks at what the camera shows until `stop()`. A sure code is told at once; for any other it first looks whether a better one
   * stands beside it. The same text is told again only after a pause.
   */
  watch(video: HTMLVideoElement, rate: Rate, onRead: (read: Read) => void): () => void;
  /** The best code in a picture from a file; null when there is none in it or it is no picture. */
  readPicture(bytes: ArrayBuffer, mime: string, rate: Rate): Promise<Read | null>;
  close(): void;
}

/** Looks at the middle between two looks at everything. */
const QUICK_LOOKS = 3;
/** The middle that the frame on the screen shows: more pixels a module, less to look at. */
const MIDDLE = 0.7;
/** A code that is not sure is told when it was the best of so many looks in a row. */
const UNSURE_LOOKS = 2;
const SAME_AGAIN_MS = 2500;
const PICTURE_SIDE = 2400;
/** More are no camera's, and more than a phone can unpack. */
const PICTURE_PIXELS = 64_000_000;
const REST_MS = 60;

type Look = (picture: ImageBitmap, effort: Effort) => Promise<readonly Read[]>;

/** Starts the decoder's worker; the first read waits for about 1 MB of code, which is already on the phone. */
export function openScanner(): Scanner {
  const worker = new Worker(new URL('./scan.worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (reads: readonly Read[]) => void>();
  let last_id = 0;
  worker.postMessage({ wasm_url: new URL(wasmUrl, location.href).href });
  worker.onmessage = (message: MessageEvent<ScanReply>) => {
    waiting.get(message.data.id)?.(message.data.reads);
    waiting.delete(message.data.id);
  };
  const look: Look = (picture, effort) =>
    new Promise((resolve) => {
      const id = ++last_id;
      waiting.set(id, resolve);
      worker.postMessage({ id, picture, effort } satisfies ScanRequest, [picture]);
    });
  return {
    watch: (video, rate, onRead) => watch(video, look, rate, onRead),
    readPicture: async (bytes, mime, rate) => {
      const size = pictureSize(bytes);
      if (size && size.w * size.h > PICTURE_PIXELS) return null;
      const picture = await createImageBitmap(new Blob([bytes], { type: mime }), { imageOrientation: 'from-image' }).catch(() => null);
      return picture && best(await look(await smaller(picture), 'still'), rate);
    },
    close: () => worker.terminate(),
  };
}

function watch(video: HTMLVideoElement, look: Look, rate: Rate, onRead: (read: Read) => void): () => void {
  let stopped = false;
  let told = { text: '', at_ms: -Infinity };
  let doubt = { text: '', looks: 0 };
  const tell = (read: Read): void => {
    if (read.text === told.text && performance.now() - told.at_ms < SAME_AGAIN_MS) return;
    told = { text: read.text, at_ms: performance.now() };
    onRead(read);
  };
  const weigh = (found: Read | null): void => {
    if (found === null) return;
    doubt = { text: found.text, looks: found.text === doubt.text ? doubt.looks + 1 : 1 };
    if (rate(found) >= SURE || doubt.looks >= UNSURE_LOOKS) tell(found);
  };
  const keepLooking = async (): Promise<void> => {
    let rung = 0;
    for (let turn = 1; !stopped; turn++) {
      const seen = best(await glance(video, MIDDLE, 'quick', look), rate);
      const beside = seen !== null && rate(seen) < SURE;
      const deep = beside || turn % (QUICK_LOOKS + 1) === 0;
      // Every other deep look goes through the ladder, a rung at a time: the next frame shows much the same.
      const effort = beside || turn % (2 * QUICK_LOOKS + 2) !== 0 ? 'deep' : rung++;
      const found = deep ? [...(await glance(video, 1, effort, look)), ...(seen ? [seen] : [])] : seen ? [seen] : [];
      if (stopped) return;
      weigh(best(found, rate));
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  void keepLooking();
  return () => {
    stopped = true;
  };
}

function best(reads: readonly Read[], rate: Rate): Read | null {
  return reads.reduce<Read | null>((so_far, read) => (so_far === null || rate(read) > rate(so_far) ? read : so_far), null);
}

/** Reads the middle part of what the camera shows now. */
async function glance(video: HTMLVideoElement, part: number, effort: Effort, look: Look): Promise<readonly Read[]> {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || video.paused) return [];
  try {
    const picture = await createImageBitmap(
      video,
      Math.round((width * (1 - part)) / 2),
      Math.round((height * (1 - part)) / 2),
      Math.round(width * part),
      Math.round(height * part),
    );
    return await look(picture, effort);
  } catch {
    return []; // a frame that was gone before it could be read
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
