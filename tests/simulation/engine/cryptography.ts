/**
 * WebCrypto's digests and signatures, computed at once instead of by threads: the hand-over to a thread costs ten times the hash of a
 * small record. The result still comes in a later turn of the event loop, so that a transaction that is left open over it ends as in a browser.
 */
import { createHash, KeyObject, sign, verify, webcrypto } from 'node:crypto';

type Key = webcrypto.CryptoKey;
type Bytes = NodeJS.ArrayBufferView | ArrayBuffer;
type Jwk = webcrypto.JsonWebKey;

const { subtle } = globalThis.crypto;
const importKey = subtle.importKey.bind(subtle);
const imported = new Map<string, CryptoKey>();

function later<T>(compute: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(compute());
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

function viewOf(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
}

function exact(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** The hash that goes with the key: Ed25519 has its own. */
function hashOf(key: Key): 'sha256' | null {
  return key.algorithm.name === 'ECDSA' ? 'sha256' : null;
}

function material(key: Key): { key: KeyObject; dsaEncoding: 'ieee-p1363' } {
  return { key: KeyObject.from(key), dsaEncoding: 'ieee-p1363' };
}

const quick = {
  digest: (_name: string, bytes: Bytes) => {
    // What the caller writes into its bytes afterwards is not hashed.
    const hashed = exact(createHash('sha256').update(viewOf(bytes)).digest());
    return later(() => hashed);
  },
  sign: (_how: unknown, key: Key, bytes: Bytes) => later(() => exact(sign(hashOf(key), viewOf(bytes), material(key)))),
  verify: (_how: unknown, key: Key, signature: Bytes, bytes: Bytes) => later(() => verify(hashOf(key), viewOf(bytes), material(key), viewOf(signature))),
  importKey: async (...asked: [format: 'jwk', jwk: Jwk, how: EcKeyImportParams, extractable: boolean, uses: KeyUsage[]]) => {
    const name = JSON.stringify(asked);
    const key = imported.get(name) ?? (await importKey(...asked));
    imported.set(name, key);
    return later(() => key);
  },
};

for (const [name, value] of Object.entries(quick)) Object.defineProperty(subtle, name, { value });
