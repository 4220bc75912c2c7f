import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromB64, utf8 } from '../domain/log';
import { uuid7 } from './clock';
import { keyOf, makeKey, NoKey, publicJwk, sign, type KeyShelf } from './key';

afterEach(() => {
  vi.restoreAllMocks();
});

function shelf(back: (pair: CryptoKeyPair) => CryptoKeyPair | null = (pair) => pair): KeyShelf {
  let kept: CryptoKeyPair | null = null;
  return {
    put: async (pair) => {
      kept = pair;
    },
    get: async () => kept && back(kept),
  };
}

describe('the device key (L6)', () => {
  it('is Ed25519 where that works, cannot be taken out, and its public half is a plain JWK', async () => {
    const key = await makeKey(shelf());
    expect(key.alg).toBe('EdDSA');
    expect(key.pair.privateKey.extractable).toBe(false);
    expect(Object.keys(await publicJwk(key)).sort()).toEqual(['crv', 'kty', 'x']);
    const signature = fromB64(await sign(key, utf8('bytes')));
    expect(await crypto.subtle.verify('Ed25519', key.pair.publicKey, signature, utf8('bytes'))).toBe(true);
  });

  it('is P-256 with a raw signature of 64 bytes where the browser has no Ed25519', async () => {
    const real = crypto.subtle.generateKey.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'generateKey').mockImplementation(((kind: { name: string }, ...rest: [boolean, KeyUsage[]]) => {
      if (kind.name === 'Ed25519') return Promise.reject(new DOMException('no', 'NotSupportedError'));
      return real(kind as EcKeyGenParams, ...rest);
    }) as typeof crypto.subtle.generateKey);
    const key = await makeKey(shelf());
    expect(key.alg).toBe('ES256');
    expect(fromB64(await sign(key, utf8('bytes')))).toHaveLength(64);
    expect(Object.keys(await publicJwk(key)).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(keyOf(key.pair).alg).toBe('ES256');
  });

  it('is P-256 where an Ed25519 key does not come back from storage, and nothing where none does', async () => {
    const onlyEcdsa = shelf((pair) => (pair.privateKey.algorithm.name === 'ECDSA' ? pair : null));
    expect((await makeKey(onlyEcdsa)).alg).toBe('ES256');
    await expect(makeKey(shelf(() => null))).rejects.toThrow(NoKey);
  });
});

describe('ids', () => {
  it('L1: are UUIDs of version 7 that sort by time', () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const ids = Array.from({ length: 50 }, (_, at) => uuid7(1_795_000_000_000 + at));
    for (const id of ids) expect(id).toMatch(pattern);
    expect([...ids].sort()).toEqual(ids);
    expect(uuid7(0, new Uint8Array(10).fill(255))).toMatch(pattern);
    expect(new Set(Array.from({ length: 200 }, () => uuid7(5))).size).toBe(200);
  });
});
