/** The server's signing key, for tests: receipts with its signature, and the answer to whoever asks for its public half. */
import { sha256 } from '../db/digest';
import type { Receipt } from '../db/schema';
import { toB64, utf8 } from '../domain/log';
import type { Fetch } from '../sync/answer';

export interface Office {
  readonly key_id: string;
  readonly published: { readonly keys: readonly object[] };
  /** `lines` without the key's name and the final `\n`. */
  sign(...lines: readonly (string | number)[]): Promise<Receipt>;
}

export async function openOffice(): Promise<Office> {
  const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])) as CryptoKeyPair;
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const key_id = (await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`))).slice(0, 16);
  return {
    key_id,
    published: { keys: [{ key_id, alg: 'ES256', public_key: { kty: 'EC', crv: 'P-256', x, y } }] },
    async sign(...lines) {
      const text = `${[...lines, key_id].join('\n')}\n`;
      const sig = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, utf8(text));
      return { text, sig: toB64(new Uint8Array(sig)), key_id };
    },
  };
}

export const json = (value: object, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } });

/** Answers for the office's keys, and gives all else on. */
export function publishing(office: Office, others: Fetch): Fetch {
  return async (address, init) => (address === '/api/v1/keys' ? json(office.published) : others(address, init));
}
