/**
 * Checking a proof with nothing but the office's public keys: the short form of a QR code, and the proof file (PROTOCOL R3).
 *
 * The keys come in as an argument; a key that the proof itself brings along is never believed.
 */
import { fromB64, lines, toB64, utf8, type Bytes } from '../../domain/log';

export const FORMAT = 'doorstep-proof-v1';
export const FILE_BYTES_MAX = 8 * 1024 * 1024;

export interface OfficeKey {
  readonly key_id: string;
  readonly alg: string;
  readonly public_key: JsonWebKey;
}

/** What is signed, and the signature. `sha256` is lower-case hex, `sealed_at` RFC 3339 with milliseconds. */
export interface Seal {
  readonly proof_id: string;
  readonly sha256: string;
  readonly sealed_at: string;
  readonly key_id: string;
  readonly sig: string;
}

/** `unknown_key`: sealed with a key that this office does not list. `no_keys`: the office's keys are not here. */
export type Judgement = 'genuine' | 'forged' | 'unknown_key' | 'no_keys';

/** `not_a_file`: this is no proof file. `changed`: its text is not the one whose digest it states. */
export type FileResult =
  | { readonly judgement: 'not_a_file' }
  | { readonly judgement: 'changed'; readonly stated: string; readonly found: string }
  | { readonly judgement: Judgement; readonly seal: Seal; readonly document: Readonly<Record<string, unknown>> };

const ID = /^[A-Za-z0-9_:-]{1,64}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The seal in a link's fragment, `proof_id.sha256.sealed_at_ms.key_id.sig`; null when it is none. */
export function readCompact(fragment: string): Seal | null {
  const [proof_id = '', digest = '', sealed_ms = '', key_id = '', sig = '', ...rest] = fragment.replace(/^#/, '').split('.');
  if (rest.length > 0 || !ID.test(proof_id) || !ID.test(key_id) || !/^\d{1,15}$/.test(sealed_ms)) return null;
  try {
    const sha256 = hex(fromB64(digest));
    const sealed_at = new Date(Number(sealed_ms)).toISOString();
    return SHA256.test(sha256) && TIME.test(sealed_at) && fromB64(sig).length === 64 ? { proof_id, sha256, sealed_at, key_id, sig } : null;
  } catch {
    return null;
  }
}

/** The same in one line, as it stands in the QR code. */
export function compactOf({ proof_id, sha256, sealed_at, key_id, sig }: Seal): string {
  const bytes = Uint8Array.from(sha256.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return [proof_id, toB64(bytes), Date.parse(sealed_at), key_id, sig].join('.');
}

/** Whether the office's key made this signature over exactly these lines. */
export async function judge(seal: Seal, keys: readonly OfficeKey[] | null): Promise<Judgement> {
  if (keys === null) return 'no_keys';
  const key = keys.find((candidate) => candidate.key_id === seal.key_id);
  if (key === undefined || key.alg !== 'ES256') return 'unknown_key';
  try {
    const signed = lines(FORMAT, seal.proof_id, seal.sha256, seal.sealed_at, seal.key_id);
    const good = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, await imported(key.public_key), fromB64(seal.sig), signed);
    return good ? 'genuine' : 'forged';
  } catch {
    return 'forged';
  }
}

/** Read a proof file, compute its text's SHA-256 anew and judge its seal. */
export async function checkFile(text: string, keys: readonly OfficeKey[] | null): Promise<FileResult> {
  const file = objectIn(text);
  const { document, sha256, sig, key_id } = file ?? {};
  if (typeof document !== 'string' || typeof sha256 !== 'string' || typeof sig !== 'string' || typeof key_id !== 'string') return { judgement: 'not_a_file' };
  const content = objectIn(document);
  const bytes = bytesOf(document);
  if (content === null || bytes === null || content['format'] !== FORMAT) return { judgement: 'not_a_file' };
  const { proof_id, sealed_at } = content;
  if (typeof proof_id !== 'string' || !ID.test(proof_id) || typeof sealed_at !== 'string' || !TIME.test(sealed_at)) return { judgement: 'not_a_file' };
  const found = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  if (found !== sha256) return { judgement: 'changed', stated: sha256, found };
  const seal: Seal = { proof_id, sha256, sealed_at, key_id, sig };
  return { judgement: await judge(seal, keys), seal, document: content };
}

/** Only the members of a P-256 public key: whatever else stands in the JWK may not say what it is good for. */
function imported({ kty, crv, x, y }: JsonWebKey): Promise<CryptoKey> {
  const jwk = { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' };
  return crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Null for a text with half a surrogate pair: no bytes can have been sealed for it. */
function bytesOf(text: string): Bytes | null {
  try {
    return utf8(text);
  } catch {
    return null;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
