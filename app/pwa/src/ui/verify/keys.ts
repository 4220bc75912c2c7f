/** The office's public keys: asked for anew, kept in Cache Storage for when there is no connection. */
import type { OfficeKey } from './check';

const ADDRESS = '/api/v1/keys';
const CACHE = 'doorstep-verify-keys';
const WAIT_MS = 5_000;

export interface KeysFound {
  readonly keys: readonly OfficeKey[] | null;
  /** From the last visit, because the office could not be asked now. */
  readonly kept: boolean;
}

export async function officeKeys(): Promise<KeysFound> {
  try {
    const response = await fetch(ADDRESS, { cache: 'no-store', signal: AbortSignal.timeout(WAIT_MS) });
    if (!response.ok) throw new Error(`keys: ${response.status}`);
    const again = response.clone();
    const keys = read(await response.json());
    if (keys !== null) await keep(again);
    return { keys, kept: false };
  } catch {
    return { keys: await keptKeys(), kept: true };
  }
}

async function keep(response: Response): Promise<void> {
  try {
    await (await caches.open(CACHE)).put(ADDRESS, response);
  } catch {
    // A browser may refuse storage. The check then needs a connection each time.
  }
}

async function keptKeys(): Promise<readonly OfficeKey[] | null> {
  try {
    const response = await (await caches.open(CACHE)).match(ADDRESS);
    return response ? read(await response.json()) : null;
  } catch {
    return null;
  }
}

function read(value: unknown): readonly OfficeKey[] | null {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return null;
  return value.keys.filter(isKey);
}

function isKey(value: unknown): value is OfficeKey {
  if (typeof value !== 'object' || value === null) return false;
  return 'key_id' in value && typeof value.key_id === 'string' && 'alg' in value && 'public_key' in value && typeof value.public_key === 'object';
}
