import { expect, it } from 'vitest';
import { DATABASE_NAME } from '../db/schema';
import { saveFacts } from '../db/facts';
import { getMeta, NO_SYNC, putMeta } from '../db/meta';
import { keepReceipt } from '../db/receipts';
import { enrolHere, IDENTITY, note, openStore, photo } from '../testing/evidence';
import * as database from './database';
import { readHeld, unsentOf } from './held';

const SERVER = { server_epoch: 's1', server_time: '2026-11-22T10:00:00.000Z' };

it('reads what the app writes, though it shares no line with it', async () => {
  expect(database.DATABASE_NAME).toBe(DATABASE_NAME);
  const store = openStore(DATABASE_NAME);
  const { writer } = await enrolHere(store);
  const [first, second] = [await photo(1), await photo(2)];
  const facts = [first, second].map(({ body, bytes }) => ({ body, blobs: [bytes] }));
  const saved = await saveFacts(store, writer, [...facts, { body: note(), blobs: [] }]);

  const held = await readHeld();
  expect(IDENTITY).toMatchObject(held.identity ?? { device_id: 'none' });
  expect(held.pair?.privateKey.type).toBe('private');
  expect(held.events.map(({ hash }) => hash)).toEqual(saved.map(({ event }) => event.hash));
  expect(held.marks.head).toEqual(await getMeta(store.database, 'head'));
  expect((await held.blob(second.sha256))?.bytes).toEqual(second.bytes);
  expect(unsentOf(held)).toMatchObject({ events: { length: 3 }, blobs: { length: 2 } });

  const receipt = { text: 'r', sig: 's', key_id: 'k' };
  await putMeta(store.database, 'sync', { ...NO_SYNC, ...SERVER, acked: { '1': 2 } });
  await keepReceipt(store.database, 'blob', first.sha256, receipt, SERVER);
  const unsent = unsentOf(await readHeld());
  expect(unsent.events.map(({ seq }) => seq)).toEqual([3]);
  expect(unsent.blobs).toEqual([second.sha256]);
});

it('makes no database where there is none', async () => {
  const before = await indexedDB.databases();
  await Promise.all(before.map(({ name }) => new Promise((done) => (indexedDB.deleteDatabase(name ?? '').onsuccess = done))));
  expect(await database.readDatabase()).toBeNull();
  expect(await indexedDB.databases()).toEqual([]);
});
