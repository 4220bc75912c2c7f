/** Makes the rescue file (docs/PROTOCOL.md, section 9). Nothing on the phone is changed by it. */
import { unsentOf, type Held } from './held';
import { encoded, sealText, sign } from './log';
import { eventFile, type HeldEvent } from './shapes';
import { Zip } from './zip';

/** `unsent`: what the office is not known to have. `all`: everything that is still on this phone. */
export type What = 'unsent' | 'all';

export interface RescueFile {
  readonly name: string;
  readonly content: Blob;
  readonly events: number;
  readonly blobs: number;
}

export interface Made {
  /** More than one only when together they would be too large for the office to take in. */
  readonly files: readonly RescueFile[];
  /** Blobs of which neither copy is whole. */
  readonly unreadable: number;
}

/** The office takes files of up to 2 GiB; the largest blob must still fit behind this. */
const FILE_BYTES_MAX = 2_000_000_000;
const SEALS_MAX = 100;

export async function makeFiles(held: Held, what: What, made_at: string, onProgress: (done: number, of: number) => void): Promise<Made> {
  const unsent = unsentOf(held);
  const events = what === 'all' ? held.events : unsent.events;
  const late = what === 'all' ? held.late : unsent.late;
  const blobs = what === 'all' ? held.blobs : unsent.blobs;
  const manifest = JSON.stringify(await manifestOf(held, events, made_at));
  const files: RescueFile[] = [];
  let unreadable = 0;
  let zip = new Zip();
  let inside = 0;
  const begin = (): void => {
    zip = new Zip();
    inside = 0;
    zip.addText('rescue.json', manifest);
    for (const event of events) zip.addText(`events/${eventFile(event)}`, JSON.stringify(wireOf(event)));
    for (const { sha256, body } of late) zip.addText(`facts/${sha256}.json`, body);
  };
  const end = (): void => {
    const part = files.length + 1;
    files.push({ name: nameOf(held, made_at, part), content: zip.finish(), events: events.length + late.length, blobs: inside });
  };
  begin();
  for (const [at, sha256] of blobs.entries()) {
    onProgress(at, blobs.length);
    const blob = await held.blob(sha256);
    if (!blob) {
      unreadable += 1;
      continue;
    }
    if (inside > 0 && zip.size + blob.bytes.byteLength > FILE_BYTES_MAX) {
      end();
      begin();
    }
    zip.add(`blobs/${sha256}`, blob.content, new Uint8Array(blob.bytes));
    inside += 1;
  }
  end();
  onProgress(blobs.length, blobs.length);
  return { files, unreadable };
}

/** An event as it travels, and whose log it stands in. */
function wireOf({ device_id, epoch, seq, prev, body, salt, hash, sig, blobs }: HeldEvent): object {
  return { device_id, epoch, seq, prev, body, salt, hash, sig, blobs };
}

async function manifestOf(held: Held, events: readonly HeldEvent[], made_at: string): Promise<object> {
  const { identity, pair, marks } = held;
  return {
    doorstep_rescue: 1,
    made_at,
    build: __BUILD__,
    device_id: identity?.device_id ?? null,
    tenant_id: identity?.tenant?.id ?? null,
    user_id: identity?.user?.id ?? null,
    epochs: [...new Set(events.map(({ epoch }) => epoch))],
    seals: identity && pair ? await sealsOf(pair, identity.device_id, events, marks.challenge ?? '-').catch(() => []) : [],
    readmission: identity?.certificate && pair ? await readmissionOf(pair, identity.certificate).catch(() => null) : null,
  };
}

/** One for each event that no other one follows: over the links, it vouches for all before it up to the next hole. */
async function sealsOf(pair: CryptoKeyPair, device_id: string, events: readonly HeldEvent[], challenge: string): Promise<object[]> {
  const own = events.filter((event) => event.device_id === device_id);
  const followed = new Set(own.map(({ prev }) => prev));
  const ends = own.filter(({ hash }) => !followed.has(hash)).slice(-SEALS_MAX);
  return Promise.all(
    ends.map(async ({ epoch, seq, hash }) => ({ epoch, seq, hash, challenge, seal: await sign(pair, sealText(device_id, epoch, seq, hash, challenge)) })),
  );
}

/** With it, an office that does not know this phone any more can let it in again (E5). */
async function readmissionOf(pair: CryptoKeyPair, certificate: { readonly text: string }): Promise<object> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const alg = kty === 'EC' ? 'ES256' : 'EdDSA';
  const public_key = kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x };
  return { certificate, alg, public_key, proof: await sign(pair, encoded(certificate.text)) };
}

function nameOf({ identity }: Held, made_at: string, part: number): string {
  const moment = made_at.slice(0, 16).replaceAll(/[^0-9T]/g, '');
  return `doorstep-rescue-${identity?.device_id.slice(-6) ?? 'phone'}-${moment}${part > 1 ? `-${part}` : ''}.zip`;
}
