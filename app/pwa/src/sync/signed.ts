/**
 * Whether a receipt is the server's own word (PROTOCOL S8, B5): its signature, checked with a key that the server publishes.
 *
 * A key is asked for once, when a receipt first names it, and kept. Its name is the beginning of its own thumbprint, so no answer can put
 * another key under a name that is known. Loaded with the first receipt.
 */
import { getMeta, putMeta, type ServerKey } from '../db/meta';
import type { Receipt } from '../db/schema';
import { digestOf } from '../db/digest';
import { fromB64, utf8 } from '../domain/log';
import { ask, jsonIn } from './answer';
import type { Line } from './requests';
import { isObject } from './wire';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const KEY_ID_LENGTH = 16;

/** `signed`; `not_signed`, also when the server does not publish such a key; `no_answer` when its keys cannot be asked for now. */
export async function whetherSigned(line: Line, { text, sig, key_id }: Receipt): Promise<'signed' | 'not_signed' | 'no_answer'> {
  const parts = text.split('\n');
  if (parts[1] !== line.identity.tenant.id || parts.at(-2) !== key_id) return 'not_signed';
  const known = await whole((await getMeta(line.store.database, 'server_keys')) ?? []);
  const key = known.find((one) => one.key_id === key_id) ?? (await published(line, known, key_id));
  if (key === 'no_answer' || key === null) return key ?? 'not_signed';
  return (await verifies(key, sig, text)) ? 'signed' : 'not_signed';
}

async function published(line: Line, known: readonly ServerKey[], key_id: string): Promise<ServerKey | null | 'no_answer'> {
  const answer = await ask(line.fetch, '/api/v1/keys', { method: 'GET', headers: { Accept: 'application/json' } });
  if (answer.kind !== 'ok') return 'no_answer';
  const value = jsonIn(answer.headers, answer.body);
  if (!isObject(value) || !Array.isArray(value['keys'])) return 'no_answer';
  const found = (await whole(value['keys'].filter(isKey))).find((one) => one.key_id === key_id);
  if (!found) return null;
  // On a full phone it is asked for again; the receipt counts all the same.
  await putMeta(line.store.database, 'server_keys', [...known, found]).catch(() => undefined);
  return found;
}

/** Those whose name is their own. */
async function whole(keys: readonly ServerKey[]): Promise<ServerKey[]> {
  const named = await Promise.all(keys.map(async ({ public_key: { x, y } }) => (await digestOf(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`).buffer)).slice(0, KEY_ID_LENGTH)));
  return keys.filter(({ key_id }, at) => key_id === named[at]).map(({ key_id, public_key: { x, y } }) => ({ key_id, public_key: { kty: 'EC', crv: 'P-256', x, y } }));
}

async function verifies({ public_key }: ServerKey, sig: string, text: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('jwk', public_key, P256, false, ['verify']);
    return await crypto.subtle.verify({ ...P256, hash: 'SHA-256' }, key, fromB64(sig), utf8(text));
  } catch {
    return false;
  }
}

function isKey(value: unknown): value is ServerKey {
  if (!isObject(value) || typeof value['key_id'] !== 'string' || !isObject(value['public_key'])) return false;
  const { kty, crv, x, y } = value['public_key'];
  return kty === 'EC' && crv === 'P-256' && typeof x === 'string' && typeof y === 'string';
}
