/**
 * One phone that sends its photos over a slow line: `node slow.mjs <order as JSON>`; says what it recorded, as JSON.
 *
 * Time is real while a request is under way, since the size of chunks follows from it; waits between two tries take none.
 */
import 'fake-indexeddb/auto';
import { sha256 } from '../../../app/pwa/src/db/digest';
import { Draw } from './draw';
import type { Line } from './line';
import { Phone } from './phone';
import type { Told } from './schedule';

interface Order {
  readonly seed: number;
  readonly address: string;
  readonly code: string;
  readonly job_id: string;
  readonly now_ms: number;
  readonly photos: number;
  readonly bytes: number;
}

class SlowLine implements Line {
  readonly #address: string;
  badness = 0;
  spend: (ms: number) => void = () => undefined;

  constructor(address: string) {
    this.#address = address;
  }

  async fetch(address: string, init: RequestInit): Promise<Response> {
    const since = performance.now();
    try {
      return await fetch(this.#address + address, init);
    } finally {
      this.spend(Math.round(performance.now() - since));
    }
  }
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const draw = new Draw(order.seed);
const phone = new Phone('slow', draw, new SlowLine(order.address), [order.code], order.now_ms);
const tab = await phone.open();
if (!tab) throw new Error('the first boot failed');

const told: Told[] = [];
for (let at = 0; at < order.photos; at += 1) {
  const size = Math.floor(order.bytes / order.photos);
  const photo = new Uint32Array(Math.ceil(size / 4)).map(() => draw.next() * 2 ** 32).buffer.slice(0, size);
  const name = await sha256(new Uint8Array(photo));
  const data = { photo_id: `p${at}`, role: 'final', sha256: name, size, mime: 'image/jpeg', w: 10, h: 10, source: 'camera' };
  const body = tab.compose('photo.captured', data, order.job_id);
  await tab.save({ body, blobs: [photo] }, false);
  told.push({ event_id: (JSON.parse(body) as { event_id: string }).event_id, body, blobs: [{ sha256: name, size }], said: 'saved' });
}
while (tab.state.waiting.length > 0 || tab.state.blobs.length > 0 || tab.state.busy) {
  await phone.settled();
  if (!tab.state.busy) await phone.skip();
}
process.stdout.write(`${JSON.stringify({ outcomes: [{ seed: order.seed, why: null, told, faults: {} }] })}\n`);
process.exit(0);
