/// <reference lib="webworker" />
/** The installer's app, offline. */
import type { PrecacheEntry } from 'workbox-precaching';
import { keepShell } from './shell';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

keepShell(self.__WB_MANIFEST, '/app/');
