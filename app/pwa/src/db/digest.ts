/** SHA-256 by the browser's own cryptography. */
import type { Bytes, Sha256 } from '../domain/log';

/** Lower-case hex SHA-256. */
export const sha256: Sha256 = async (bytes: Bytes): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

export function digestOf(bytes: ArrayBuffer): Promise<string> {
  return sha256(new Uint8Array(bytes));
}
