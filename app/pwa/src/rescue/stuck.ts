/**
 * Gets a stuck app going: its worker and what that keeps of the app's code go, so that the browser fetches the app anew. Nothing that was
 * recorded lies there. Without a connection it does nothing, because then there would be no app at all.
 */
const APP = '/app/';
const PATIENCE_MS = 8_000;

/** False when the office does not answer with the app; then nothing was changed. */
export async function renewApp(): Promise<boolean> {
  if (!(await appIsThere())) return false;
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    if (new URL(registration.scope).pathname === APP) await registration.unregister();
  }
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (name.endsWith(APP)) await caches.delete(name);
  }
  return true;
}

/** A hotel's login page answers everything too, so the answer must say which build it is. */
async function appIsThere(): Promise<boolean> {
  try {
    const response = await fetch('/build.json', { cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    return typeof ((await response.json()) as { build?: unknown }).build === 'string';
  } catch {
    return false;
  }
}
