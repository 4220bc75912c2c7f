/**
 * The app's own version. A new one waits until somebody says "use it now", because swapping code under a half-filled step
 * loses work; whoever never says so gets it at the next cold start.
 */
import { signal, type ReadonlySignal } from '@preact/signals';

const ready = signal(false);
const kept = signal(false);
let registration: ServiceWorkerRegistration | null = null;
let asked = false;

/** A new version is here and waits. */
export const updateReady: ReadonlySignal<boolean> = ready;
/** The app itself is kept for offline use. */
export const shellKept: ReadonlySignal<boolean> = kept;

/** Reloads with the new version. Call it at a safe point: no camera, no pad, nothing half typed. */
export function applyUpdate(): void {
  asked = true;
  if (registration?.waiting) registration.waiting.postMessage({ type: 'use_new_version' });
  else location.reload();
}

/** Keep the app for offline use and look for a newer one; again whenever the app comes to the front. */
export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes the page over without changing it. A later one was asked for, here or in another tab: that
    // tab reloads, this one keeps the code that it has loaded and offers the reload.
    if (asked) location.reload();
    else if (controlled) ready.value = true;
    controlled = true;
  });
  try {
    registration = await navigator.serviceWorker.register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' });
  } catch {
    return;
  }
  const here = registration;
  kept.value = here.active !== null;
  notice(here);
  here.addEventListener('updatefound', () => here.installing?.addEventListener('statechange', () => notice(here)));
  here.installing?.addEventListener('statechange', () => notice(here));
}

export function lookForUpdate(): void {
  registration?.update().catch(() => undefined);
}

function notice(here: ServiceWorkerRegistration): void {
  if (here.active) kept.value = true;
  if (here.waiting && here.active) ready.value = true;
}
