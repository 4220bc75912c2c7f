/**
 * A device's log: the bytes that are hashed, linked and sealed (PROTOCOL L1 to L7, S2).
 *
 * Nothing here reads a key or a clock. The same functions stand in `app/domain/log.py`. Hashing comes in as a
 * parameter, because a page, a worker and a test each have their own.
 */

export const BODY_BYTES_MAX = 16_384;
export const BATCH_EVENTS_MAX = 50;
export const BATCH_BYTES_MAX = 262_144;
export const SALT_BYTES = 16;
export const ZERO_HASH = '0'.repeat(64);

export type Bytes = Uint8Array<ArrayBuffer>;

/** Lower-case hex SHA-256 of bytes. */
export type Sha256 = (bytes: Bytes) => Promise<string>;

/** One event as it travels: its place, the hash before it, its exact body and its own hash. */
export interface Link {
  readonly seq: number;
  readonly prev: string;
  readonly body: string;
  readonly salt: Bytes;
  readonly hash: string;
  readonly sig?: string | null;
  readonly blobs?: readonly string[];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SHA256 = /^[0-9a-f]{64}$/;
const HALF_PAIR = /\p{Surrogate}/u;

/** Base64url without padding, the only binary text form on the wire. */
export function toB64(raw: Uint8Array): string {
  let text = '';
  for (let at = 0; at < raw.length; at += 3) {
    const [first = 0, second = 0, third = 0] = raw.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const letters = Math.min(raw.length - at, 3) + 1;
    for (let letter = 0; letter < letters; letter += 1) text += ALPHABET.charAt((bits >> (18 - 6 * letter)) & 63);
  }
  return text;
}

/**
 * The bytes of a base64url text without padding.
 *
 * @throws RangeError when it is anything else, so that each byte string has one spelling.
 */
export function fromB64(text: string): Bytes {
  const raw = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let filled = 0;
  for (const letter of text) {
    const sextet = ALPHABET.indexOf(letter);
    if (sextet < 0) throw new RangeError('not base64url');
    bits = ((bits << 6) | sextet) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      raw[filled] = (bits >> held) & 0xff;
      filled += 1;
    }
  }
  if (toB64(raw) !== text) throw new RangeError('not base64url without padding');
  return raw;
}

/**
 * The UTF-8 bytes of a text.
 *
 * @throws RangeError when the text holds half a surrogate pair, which has no bytes.
 */
export function utf8(text: string): Bytes {
  if (HALF_PAIR.test(text)) throw new RangeError('half a surrogate pair');
  return new TextEncoder().encode(text);
}

/** The salted digest that stands for a body in its header (L2). */
export function bodyDigest(sha256: Sha256, salt: Bytes, body: Bytes): Promise<string> {
  const prefix = utf8('doorstep-body-v1\n');
  const whole = new Uint8Array(prefix.length + salt.length + body.length);
  whole.set(prefix);
  whole.set(salt, prefix.length);
  whole.set(body, prefix.length + salt.length);
  return sha256(whole);
}

/** The bytes whose hash is the event's hash (L3). */
export function header(deviceId: string, epoch: number, seq: number, prev: string, digest: string): Bytes {
  return lines('doorstep-event-v1', deviceId, epoch, seq, prev, digest);
}

/** Hex SHA-256 of a header. */
export function headerHash(sha256: Sha256, headerBytes: Bytes): Promise<string> {
  return sha256(headerBytes);
}

/** What the device signs with each request: fresh by the challenge, and by the chain it covers every event before (S2). */
export function sealText(deviceId: string, epoch: number, headSeq: number, headHash: string, challenge: string): Bytes {
  return lines('doorstep-sync-v1', deviceId, epoch, headSeq, headHash, challenge);
}

/**
 * ASCII lines with a final line feed, the form of everything that is hashed or signed.
 *
 * @throws RangeError when a part is not ASCII.
 */
export function lines(...parts: readonly (string | number)[]): Bytes {
  const text = `${parts.join('\n')}\n`;
  const bytes = utf8(text);
  if (bytes.length !== text.length) throw new RangeError('not ASCII');
  return bytes;
}

/** The `seq` of the first link that does not follow from its own bytes or its neighbour, or null (S4). */
export async function firstBroken(sha256: Sha256, deviceId: string, epoch: number, links: Iterable<Link>): Promise<number | null> {
  let before: Link | null = null;
  for (const link of links) {
    const linked: boolean = before === null || (link.seq === before.seq + 1 && link.prev === before.hash);
    if (!linked || !(await followsFromBytes(sha256, deviceId, epoch, link))) return link.seq;
    before = link;
  }
  return null;
}

/** Whether a link's hash is the hash of its header, and its `prev` is of L3's form. */
export async function followsFromBytes(sha256: Sha256, deviceId: string, epoch: number, link: Link): Promise<boolean> {
  if (!SHA256.test(link.prev) || (link.seq === 1 && link.prev !== ZERO_HASH) || HALF_PAIR.test(link.body)) return false;
  const digest = await bodyDigest(sha256, link.salt, utf8(link.body));
  return (await headerHash(sha256, header(deviceId, epoch, link.seq, link.prev, digest))) === link.hash;
}
