/// <reference lib="webworker" />
/** The page that gets work out of a phone, offline. It has a worker of its own, so that it opens when the app or its worker does not. */
import type { PrecacheEntry } from 'workbox-precaching';
import { keepShell } from './shell';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

keepShell(self.__WB_MANIFEST, '/rescue');
