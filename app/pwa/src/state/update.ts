/**
 * The app's own version. A new one waits until somebody says "use it now", because swapping code under a half-filled step
 * loses work; whoever never says so gets it at the next cold start.
 */
import { signal, type ReadonlySignal } from '@preact/signals';

const ready = signal(false);
const kept = signal<boolean | null>(null);
let registration: ServiceWorkerRegistration | null = null;
let asked = false;

/** A worker that says nothing for this long is not waited for. */
const ANSWER_MAX_MS = 1_500;
/** How long until what did not arrive is asked for again. */
const AGAIN_MIN_MS = 2_000;
const AGAIN_MAX_MS = 300_000;

/** A new version is here and waits. */
export const updateReady: ReadonlySignal<boolean> = ready;
/** The app itself is kept for offline use, whole; null until the worker has looked. */
export const shellKept: ReadonlySignal<boolean | null> = kept;

/** Reloads with the new version. Call it at a safe point: no camera, no pad, nothing half typed. */
export function applyUpdate(): void {
  asked = true;
  if (registration?.waiting) registration.waiting.postMessage({ type: 'use_new_version' });
  else location.reload();
}

/**
 * First thing at a start: a version that waited since before is used now, when nothing is typed yet and no other window is open. A browser
 * that was killed does not do that by itself. Waits for nothing remote; resolves when the app may go on with the version it has.
 */
export async function useWaitingVersion(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const found = await navigator.serviceWorker.getRegistration('/app/').catch(() => undefined);
  if (!found?.active) kept.value = false;
  const waiting = found?.active ? found.waiting : null;
  if (!waiting) return;
  const replaced = new Promise<void>((resolve) => navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true }));
  if (!(await Promise.race([answerOf(waiting, 'use_if_alone'), after(ANSWER_MAX_MS)]))) return;
  await Promise.race([replaced, after(ANSWER_MAX_MS)]);
  location.reload();
  // The page is on its way out.
  await new Promise(() => undefined);
}

/** Keep the app for offline use and look for a newer one; again whenever the app comes to the front. */
export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator)) {
    kept.value = false;
    return;
  }
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes the page over without changing it. A later one was asked for, here or in another tab: that
    // tab reloads, this one keeps the code that it has loaded and offers the reload.
    if (asked) location.reload();
    else if (controlled) ready.value = true;
    controlled = true;
  });
  registration = await keep('/app/sw.js', '/app/');
  const here = registration;
  notice(here);
  here.addEventListener('updatefound', () => here.installing?.addEventListener('statechange', () => notice(here)));
  here.installing?.addEventListener('statechange', () => notice(here));
  // The page that helps when this app does not open must be on the phone before it is needed. It comes after the app itself, and
  // nothing on it can be lost, so its new versions are used at once.
  const rescue = await keep('/rescue/sw.js', '/rescue');
  rescue.waiting?.postMessage({ type: 'use_new_version' });
}

/** Registers a worker. Until its first version is whole on the phone, tries again and again, ever more slowly. */
async function keep(address: string, scope: string): Promise<ServiceWorkerRegistration> {
  for (let waitMs = AGAIN_MIN_MS; ; waitMs = Math.min(2 * waitMs, AGAIN_MAX_MS)) {
    try {
      const found = await navigator.serviceWorker.register(address, { scope, updateViaCache: 'none' });
      if (found.active || (await activated(found.installing ?? found.waiting))) return found;
    } catch {
      // No network, or half an answer.
    }
    await after(waitMs);
  }
}

function activated(worker: ServiceWorker | null): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!worker || worker.state === 'redundant') resolve(false);
      else if (worker.state === 'activated') resolve(true);
    };
    worker?.addEventListener('statechange', look);
    look();
  });
}

export function lookForUpdate(): void {
  registration?.update().catch(() => undefined);
}

function notice(here: ServiceWorkerRegistration): void {
  if (here.active) void answerOf(here.active, 'is_whole').then((whole) => (kept.value = whole));
  else kept.value = false;
  if (here.waiting && here.active) ready.value = true;
}

/**
 * `is_whole`: whether the worker holds every file of its version; a browser may have thrown some away since, and it fetches what is missing.
 * `use_if_alone`: whether it takes over.
 */
function answerOf(worker: ServiceWorker, type: 'is_whole' | 'use_if_alone'): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
    worker.postMessage({ type }, [port2]);
  });
}

function after(duration_ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), duration_ms);
  });
}
