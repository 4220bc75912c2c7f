/** The bytes that are hashed and signed (docs/PROTOCOL.md, L and S2). */
import type { HeldEvent } from './shapes';

type Bytes = Uint8Array<ArrayBuffer>;

export async function digestOf(bytes: ArrayBuffer | Bytes): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether an event is what its hash says. */
export async function isIntact(event: HeldEvent): Promise<boolean> {
  try {
    const whole = joined(encoded('doorstep-body-v1\n'), fromB64(event.salt), encoded(event.body));
    const header = lines('doorstep-event-v1', event.device_id, event.epoch, event.seq, event.prev, await digestOf(whole));
    return (await digestOf(header)) === event.hash;
  } catch {
    return false;
  }
}

export function sealText(device_id: string, epoch: number, seq: number, hash: string, challenge: string): Bytes {
  return lines('doorstep-sync-v1', device_id, epoch, seq, hash, challenge);
}

/** The device key's signature, base64url. */
export async function sign(pair: CryptoKeyPair, bytes: Bytes): Promise<string> {
  const use = pair.privateKey.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
  return toB64(new Uint8Array(await crypto.subtle.sign(use, pair.privateKey, bytes)));
}

export function encoded(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function toB64(bytes: Uint8Array, alphabet: 'url' | 'standard' = 'url'): string {
  const text = btoa(String.fromCharCode(...bytes));
  return alphabet === 'standard' ? text : text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromB64(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

function lines(...parts: readonly (string | number)[]): Bytes {
  return encoded(`${parts.join('\n')}\n`);
}

function joined(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
