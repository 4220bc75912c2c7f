/// <reference lib="webworker" />
/** What both service workers do: keep one page with its files, and answer from there what belongs to it. */
import { cleanupOutdatedCaches, getCacheKeyForURL, matchPrecache, precache, type PrecacheEntry } from 'workbox-precaching';

declare const self: ServiceWorkerGlobalScope;

/**
 * Keep `files`; answer navigations within `address` with the page kept under it. Cache first, so that a network that accepts
 * and never answers cannot keep the app from opening.
 *
 * Whatever is not a GET, and everything under /api/, passes by untouched: iPhones have sent empty bodies through workers.
 */
export function keepShell(files: readonly (PrecacheEntry | string)[], address: string): void {
  precache([...files]);
  cleanupOutdatedCaches();
  // The first page that installs us gets its lazy parts from the cache at once, without a reload.
  self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener('fetch', (event) => {
    const name = kept(event.request, address);
    if (name !== null) event.respondWith(answer(name, event.request));
  });
  // A new version waits until a person at a safe point says so.
  self.addEventListener('message', (event) => {
    const told: unknown = event.data;
    if (typeof told !== 'object' || told === null || !('type' in told)) return;
    if (told.type === 'use_new_version') void self.skipWaiting();
    if (told.type === 'use_if_alone') event.waitUntil(useIfAlone(address).then((alone) => event.ports[0]?.postMessage(alone)));
    if (told.type === 'is_whole') event.waitUntil(mend(files).then((whole) => event.ports[0]?.postMessage(whole)));
  });
}

/** Take over when at most one window shows the page: another one may be in the middle of something, with the old version's parts. */
async function useIfAlone(address: string): Promise<boolean> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const alone = windows.filter(({ url }) => isWithin(new URL(url).pathname, address)).length <= 1;
  if (alone) void self.skipWaiting();
  return alone;
}

/** Whether every file is kept, now that those were fetched that the browser had thrown away. */
async function mend(files: readonly (PrecacheEntry | string)[]): Promise<boolean> {
  const there = await Promise.all(files.map(async (file) => typeof file === 'string' || isKept(file)));
  return there.every(Boolean);
}

async function isKept({ url, integrity = '' }: PrecacheEntry): Promise<boolean> {
  if (await matchPrecache(url)) return true;
  try {
    const response = await fetch(url, { integrity, cache: 'reload', redirect: 'error', credentials: 'same-origin' });
    const name = getCacheKeyForURL(url);
    if (!response.ok || name === undefined) return false;
    await (await caches.open(`workbox-precache-v2-${self.registration.scope}`)).put(name, response);
    return true;
  } catch {
    return false;
  }
}

/** The kept file that answers a request, or null when it is none of ours. */
function kept(request: Request, address: string): string | null {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/')) return null;
  if (request.mode === 'navigate') return isWithin(url.pathname, address) ? address : null;
  return getCacheKeyForURL(url.pathname) === undefined ? null : url.pathname;
}

function isWithin(path: string, address: string): boolean {
  const folder = address.endsWith('/') ? address : `${address}/`;
  return path === address || `${path}/` === folder || path.startsWith(folder);
}

async function answer(name: string, request: Request): Promise<Response> {
  return (await matchPrecache(name)) ?? fetch(request);
}
