/** The decoder, off the page's thread, so that the viewfinder never stutters. */
import { prepareZXingModule, readBarcodes, type ReaderOptions, type ReadResult } from 'zxing-wasm/reader';
import { greyOf, pixelsOf, RUNGS } from './ladder';
import type { Effort, Read, ScanReply, ScanRequest } from './scan-messages';

declare const self: DedicatedWorkerGlobalScope;

const BARS = ['Code128', 'EAN13', 'EAN8', 'UPCA', 'Code39'] as const;
const ALL = ['QRCode', 'DataMatrix', ...BARS] as const;
/** A machine's plate carries its serial beside an article number, an energy label and a web address. */
const CODES_MOST = 8;
/** Longest side of what the ladder works on: its rungs cost by the pixel. */
const LADDER_SIDE = 1280;

const QUICK: ReaderOptions = { tryHarder: false, tryInvert: false, tryRotate: true, tryDownscale: true, maxNumberOfSymbols: 1, textMode: 'Plain' };
const DEEP: ReaderOptions = { tryHarder: true, tryInvert: true, tryRotate: true, tryDownscale: true, tryDenoise: true, maxNumberOfSymbols: CODES_MOST, textMode: 'Plain' };

self.onmessage = async (message: MessageEvent<ScanRequest | { readonly wasm_url: string }>) => {
  const asked = message.data;
  if ('wasm_url' in asked) {
    prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? asked.wasm_url : prefix + path) } });
    return;
  }
  const reads = await look(asked.picture, asked.effort).catch(() => []);
  asked.picture.close();
  self.postMessage({ id: asked.id, reads } satisfies ScanReply);
};

async function look(picture: ImageBitmap, effort: Effort): Promise<Read[]> {
  if (typeof effort === 'number') return climb(picture, [effort % RUNGS.length]);
  const reads = readsOf(await readBarcodes(drawn(picture, Infinity), { ...(effort === 'quick' ? QUICK : DEEP), formats: [...ALL] }));
  return reads.length > 0 || effort !== 'still' ? reads : climb(picture, RUNGS.keys());
}

async function climb(picture: ImageBitmap, places: Iterable<number>): Promise<Read[]> {
  const grey = greyOf(drawn(picture, LADDER_SIDE));
  for (const place of places) {
    const rung = RUNGS[place];
    if (!rung) break;
    const { width, height, data } = pixelsOf(rung.look(grey));
    const reads = readsOf(await readBarcodes(new ImageData(data, width, height), { ...DEEP, formats: [...(rung.looks_for === 'bars' ? BARS : ALL)] }));
    if (reads.length > 0) return reads;
  }
  return [];
}

function drawn(picture: ImageBitmap, longest: number): ImageData {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) throw new Error('no canvas');
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function readsOf(found: readonly ReadResult[]): Read[] {
  return found
    .filter((code) => code.isValid && code.text !== '')
    .map((code) => {
      // GS1 content says so only in the symbology identifier; it must travel with the text to be understood.
      const text = code.contentType === 'GS1' && !code.text.startsWith(']') ? code.symbologyIdentifier + code.text : code.text;
      return { text, symbology: code.format };
    });
}
