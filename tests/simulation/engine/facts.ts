/** Facts to record: notes, photos, sign-offs; each with bytes of its own unless it repeats an older photo. */
import type { Fact } from '../../../app/pwa/src/db/chain';
import { sha256 } from '../../../app/pwa/src/db/digest';
import type { Draw } from './draw';
import type { Tab } from './tab';

export interface Made {
  readonly event_id: string;
  readonly body: string;
  readonly blobs: readonly { readonly sha256: string; readonly size: number }[];
  readonly fact: Fact;
}

const PHOTO_BYTES = { small: 12_000, large: 400_000 };

export async function makeFact(draw: Draw, tab: Tab, job_ids: readonly string[], photos: ArrayBuffer[]): Promise<Made> {
  const job_id = draw.from(job_ids);
  switch (draw.weighed({ note: 6, photo: 6, again: 0.7, signoff: 2 })) {
    case 'note':
      return made(tab, job_id, 'note.added', { text: `Note ${draw.below(1e9)} 好 "${'x'.repeat(draw.below(300))}"` }, []);
    case 'signoff':
      return signoff(draw, tab, job_id);
    case 'again':
      return photo(draw, tab, job_id, photos.length > 0 ? draw.from(photos) : bytes(draw, 500));
    case 'photo': {
      const taken = bytes(draw, 1 + draw.below(draw.is(0.05) ? PHOTO_BYTES.large : PHOTO_BYTES.small));
      photos.push(taken);
      return photo(draw, tab, job_id, taken);
    }
  }
}

async function photo(draw: Draw, tab: Tab, job_id: string, taken: ArrayBuffer): Promise<Made> {
  const name = await sha256(new Uint8Array(taken));
  const data = { photo_id: `p${draw.below(1e9)}`, role: 'final', sha256: name, size: taken.byteLength, mime: 'image/jpeg', w: 10, h: 10, source: 'camera' };
  return made(tab, job_id, 'photo.captured', data, [taken]);
}

async function signoff(draw: Draw, tab: Tab, job_id: string): Promise<Made> {
  const [statement, strokes] = [bytes(draw, 300 + draw.below(900)), bytes(draw, 200 + draw.below(3_000))];
  const data = {
    outcome: 'accepted',
    statement_sha256: await sha256(new Uint8Array(statement)),
    statement_size: statement.byteLength,
    strokes_sha256: await sha256(new Uint8Array(strokes)),
    strokes_size: strokes.byteLength,
    name: '陈静',
    relation: 'customer',
    language: 'zh-Hans',
  };
  return made(tab, job_id, 'signoff.recorded', data, [statement, strokes]);
}

async function made(tab: Tab, job_id: string, kind: string, data: object, blobs: readonly ArrayBuffer[]): Promise<Made> {
  const body = tab.compose(kind, data, job_id);
  const { event_id } = JSON.parse(body) as { event_id: string };
  const named = await Promise.all(blobs.map(async (blob) => ({ sha256: await sha256(new Uint8Array(blob)), size: blob.byteLength })));
  return { event_id, body, blobs: named, fact: { body, blobs } };
}

function bytes(draw: Draw, length: number): ArrayBuffer {
  const words = new Uint32Array(Math.ceil(length / 4)).map(() => draw.next() * 2 ** 32);
  return words.buffer.slice(0, length);
}
