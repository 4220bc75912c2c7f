/**
 * The device's key. It is made here, cannot be taken out, and signs what proves this phone: enrolment, each sync, sign-offs.
 *
 * Ed25519 where the browser can make, store, read back and use it, else ECDSA P-256 (PROTOCOL L6).
 */
import { toB64, type Bytes } from '../domain/log';

export type Alg = 'EdDSA' | 'ES256';

export interface DeviceKey {
  readonly alg: Alg;
  readonly pair: CryptoKeyPair;
}

/** Where a key pair is put and read back from; a browser that cannot store one gives something else or throws. */
export interface KeyShelf {
  put(pair: CryptoKeyPair): Promise<void>;
  get(): Promise<CryptoKeyPair | null>;
}

/** This browser keeps no key: private browsing, or a lockdown of the phone. */
export class NoKey extends Error {
  constructor() {
    super('this browser keeps no key');
    this.name = 'NoKey';
  }
}

const PARAMETERS: Readonly<Record<Alg, { readonly make: AlgorithmIdentifier | EcKeyGenParams; readonly use: AlgorithmIdentifier | EcdsaParams }>> = {
  EdDSA: { make: { name: 'Ed25519' }, use: { name: 'Ed25519' } },
  ES256: { make: { name: 'ECDSA', namedCurve: 'P-256' }, use: { name: 'ECDSA', hash: 'SHA-256' } },
};

/**
 * A new key that was stored, read back, and has signed something that verified.
 *
 * @throws NoKey when neither kind works here.
 */
export async function makeKey(shelf: KeyShelf): Promise<DeviceKey> {
  for (const alg of ['EdDSA', 'ES256'] as const) {
    const key = await tryKey(alg, shelf).catch(() => null);
    if (key) return key;
  }
  throw new NoKey();
}

async function tryKey(alg: Alg, shelf: KeyShelf): Promise<DeviceKey | null> {
  const made = await crypto.subtle.generateKey(PARAMETERS[alg].make, false, ['sign', 'verify']);
  if (!('privateKey' in made)) return null;
  await shelf.put(made);
  const pair = await shelf.get();
  if (!pair) return null;
  const probe = crypto.getRandomValues(new Uint8Array(32));
  const { use } = PARAMETERS[alg];
  const signature = await crypto.subtle.sign(use, pair.privateKey, probe);
  return (await crypto.subtle.verify(use, made.publicKey, signature, probe)) ? { alg, pair } : null;
}

/** Which kind a stored pair is. */
export function keyOf(pair: CryptoKeyPair): DeviceKey {
  return { alg: pair.privateKey.algorithm.name === 'ECDSA' ? 'ES256' : 'EdDSA', pair };
}

/** The signature over bytes, base64url; ECDSA's is raw r and s, 64 bytes, as WebCrypto gives it. */
export async function sign(key: DeviceKey, bytes: Bytes): Promise<string> {
  return toB64(new Uint8Array(await crypto.subtle.sign(PARAMETERS[key.alg].use, key.pair.privateKey, bytes)));
}

/** The public key as the members of a JWK that the protocol knows. */
export async function publicJwk(key: DeviceKey): Promise<Record<string, string>> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.pair.publicKey);
  return Object.fromEntries(Object.entries({ kty, crv, x, y }).filter((member): member is [string, string] => member[1] !== undefined));
}
