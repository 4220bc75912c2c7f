/** What this phone can do today, tried rather than believed. */

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

/** A private window: it has the private file system and refuses to open it. Where there is none at all, one copy is kept. */
export async function isEphemeral(): Promise<boolean> {
  const storage = navigator.storage as StorageManager | undefined;
  if (typeof storage?.getDirectory !== 'function') return false;
  // Twice: a browser may fail once for reasons that pass.
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await storage.getDirectory();
      return false;
    } catch {
      continue;
    }
  }
  return true;
}

/** An iPhone or iPad, whose browser tab and home-screen app keep separate storage. */
export function isApple(): boolean {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);
}
