/** What this phone can do today, tried rather than believed. */

export interface StorageProbe {
  /** Whether a second, independent place for copies is there. */
  readonly second_copy: boolean;
  /** Whether the browser promised not to clear it by itself. */
  readonly persisted: boolean;
}

const PROBE_NAME = 'probe';

export async function probeStorage(): Promise<StorageProbe> {
  const storage = navigator.storage as StorageManager | undefined;
  try {
    const root = await storage?.getDirectory();
    await root?.getFileHandle(PROBE_NAME, { create: true });
    await root?.removeEntry(PROBE_NAME);
    return { second_copy: root !== undefined, persisted: (await storage?.persisted()) ?? false };
  } catch {
    return { second_copy: false, persisted: false };
  }
}

/** How far this phone's clock is from the server's, in seconds; null without a connection. */
export async function clockOffset(): Promise<number | null> {
  try {
    const asked_ms = Date.now();
    const reply = await fetch('/healthz', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(8000) });
    const server = Date.parse(reply.headers.get('Date') ?? '');
    return Number.isNaN(server) ? null : Math.round((asked_ms + Date.now()) / 2 - server) / 1000;
  } catch {
    return null;
  }
}

/** An iPhone or iPad, whose browser tab and home-screen app keep separate storage. */
export function isApple(): boolean {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);
}

/** Whether the app runs as an installed one. */
export function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches || ('standalone' in navigator && navigator.standalone === true);
}
