/** The decoder, off the page's thread, so that the viewfinder never stutters. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import type { Effort, Read, ScanReply, ScanRequest } from './scan-messages';

declare const self: DedicatedWorkerGlobalScope;

const FORMATS = ['QRCode', 'DataMatrix', 'Code128', 'EAN13', 'EAN8', 'UPCA', 'Code39'] as const;

const OPTIONS: Readonly<Record<Effort, ReaderOptions>> = {
  quick: { formats: [...FORMATS], tryHarder: false, tryInvert: false, tryRotate: true, tryDownscale: true, maxNumberOfSymbols: 1, textMode: 'Plain' },
  deep: { formats: [...FORMATS], tryHarder: true, tryInvert: true, tryRotate: true, tryDownscale: true, tryDenoise: true, maxNumberOfSymbols: 1, textMode: 'Plain' },
};

self.onmessage = async (message: MessageEvent<ScanRequest | { readonly wasm_url: string }>) => {
  const asked = message.data;
  if ('wasm_url' in asked) {
    prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? asked.wasm_url : prefix + path) } });
    return;
  }
  const read = await decode(asked).catch(() => null);
  self.postMessage({ id: asked.id, read } satisfies ScanReply);
};

async function decode({ picture, effort }: ScanRequest): Promise<Read | null> {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) return null;
  pen.drawImage(picture, 0, 0);
  picture.close();
  const found = await readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), OPTIONS[effort]);
  const first = found.find((code) => code.isValid && code.text !== '');
  if (!first) return null;
  // GS1 content says so only in the symbology identifier; it must travel with the text to be understood.
  const text = first.contentType === 'GS1' && !first.text.startsWith(']') ? first.symbologyIdentifier + first.text : first.text;
  return { text, symbology: first.format };
}
