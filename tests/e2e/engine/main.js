// The real engine, as the screens use it, within reach of a test.
import './build.js';
import { firstBroken, fromB64 } from '../../../app/pwa/src/domain/log';
import * as app from '../../../app/pwa/src/state/app';
import * as before from '../../../app/pwa/src/state/before';
import * as items from '../../../app/pwa/src/state/items';
import * as jobs from '../../../app/pwa/src/state/jobs';
import * as record from '../../../app/pwa/src/state/record';
import * as storage from '../../../app/pwa/src/state/storage';
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

function stored(name, how) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('doorstep');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = how(opening.result.transaction(name).objectStore(name));
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        opening.result.close();
        resolve(asked.result);
      };
    };
  });
}

async function fileBytes(folder, name) {
  const root = await navigator.storage.getDirectory();
  const file = await (await (await root.getDirectoryHandle(folder)).getFileHandle(name)).getFile();
  return file.arrayBuffer();
}

/** Notes and photos, one after the other, each told to the address as soon as it was said to be saved. Never ends. */
async function saveUntilKilled(jobId, address, name) {
  for (let number = 1; ; number += 1) {
    const photo = number % 3 === 0;
    const saved = photo ? await takePhoto(jobId, `${name}-${number}`, 20_000 + ((number * 7_919) % 200_000)) : await record.record(jobId, 'note.added', { text: `${name} ${number}` });
    const { event_id, copies, sha256 = null } = saved;
    void fetch(address, { method: 'POST', body: JSON.stringify({ event_id, copies, sha256 }) }).catch(() => undefined);
  }
}

/** How often each event stands in the log, which blobs are whole in both places, whether the chain holds, and the key. */
async function whatIsHere() {
  const events = await stored('events', (store) => store.getAll());
  const ids = {};
  for (const { event_id } of events) ids[event_id] = (ids[event_id] ?? 0) + 1;
  const digest = async (bytes) => record.digest(bytes instanceof ArrayBuffer ? bytes : bytes.slice().buffer);
  const links = events.map(({ seq, prev, body, hash, salt }) => ({ seq, prev, body, hash, salt: fromB64(salt) }));
  const { device_id } = app.identity.value;
  const blobs = {};
  for (const sha256 of events.flatMap((event) => event.blobs)) {
    const first = await stored('blobs', (store) => store.get(sha256)).catch(() => null);
    const second = await fileBytes('bl', sha256).catch(() => null);
    blobs[sha256] = [first !== null && (await digest(first)) === sha256, second !== null && (await digest(second)) === sha256];
  }
  const files = new Set(await filesIn('ev'));
  const filed = events.filter(({ epoch, seq, hash }) => files.has(`${epoch}-${seq}-${hash}.json`)).map(({ event_id }) => event_id);
  const pair = await stored('keys', (store) => store.get('device'));
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const use = pair.privateKey.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
  const signs = await crypto.subtle.verify(use, pair.publicKey, await crypto.subtle.sign(use, pair.privateKey, bytes), bytes);
  const { x } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { ids, blobs, filed, broken: await firstBroken(digest, device_id, 1, links), signs, key: x };
}

function putStored(name, key, value) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('doorstep');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const writing = opening.result.transaction(name, 'readwrite');
      writing.objectStore(name).put(value, key);
      writing.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}

async function tearFile(sha256) {
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getDirectoryHandle('bl')).getFileHandle(sha256);
  const writing = await file.createWritable();
  await writing.write(new Uint8Array(77));
  await writing.close();
}

/** A blob whose bytes are other ones in both places. */
async function damage(sha256) {
  const bytes = new Uint8Array(await stored('blobs', (store) => store.get(sha256)));
  bytes[100] ^= 1;
  await putStored('blobs', sha256, bytes.buffer);
  await tearFile(sha256);
}

globalThis.engine = { saveUntilKilled, whatIsHere, tearFile, damage, before, storage, app, items, jobs, record, sync, takePhoto, filesIn };
await app.boot();
globalThis.booted = true;
