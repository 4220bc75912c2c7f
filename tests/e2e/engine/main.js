// The real engine, as the screens use it, within reach of a test.
import './build.js';
import * as app from '../../../app/pwa/src/state/app';
import * as items from '../../../app/pwa/src/state/items';
import * as jobs from '../../../app/pwa/src/state/jobs';
import * as record from '../../../app/pwa/src/state/record';
import * as sync from '../../../app/pwa/src/state/sync-status';

async function takePhoto(jobId, photoId, length) {
  const noise = crypto.getRandomValues(new Uint8Array(65_536));
  const bytes = new Uint8Array(length).map((_, at) => noise[at % noise.length] ^ (at >> 16)).buffer;
  const sha256 = await record.digest(bytes);
  const data = { photo_id: photoId, role: 'rating_plate', sha256, size: length, mime: 'image/jpeg', w: 10, h: 10, source: 'camera' };
  return { sha256, ...(await record.record(jobId, 'photo.captured', data, [{ bytes, mime: 'image/jpeg' }])) };
}

async function filesIn(folder) {
  const root = await navigator.storage.getDirectory();
  const names = [];
  for await (const name of (await root.getDirectoryHandle(folder, { create: true })).keys()) names.push(name);
  return names.sort();
}

globalThis.engine = { app, items, jobs, record, sync, takePhoto, filesIn };
await app.boot();
globalThis.booted = true;
