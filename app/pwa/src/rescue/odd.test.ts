/** Records as no build writes them: what a broken phone, or a build to come, may leave where this page reads. */
import { expect, it } from 'vitest';
import { DATABASE_NAME } from '../db/schema';
import { saveFacts } from '../db/facts';
import { NO_SYNC, putMeta } from '../db/meta';
import { enrolHere, note, openStore, photo } from '../testing/evidence';
import { readHeld, unsentOf } from './held';
import { makeFiles } from './make';
import { summaryOf } from './summary';

const ODD: readonly unknown[] = [null, 5, 'text', [], [1], {}, { text: 'r', acked: 7, head: null, language: 9, device_id: 4, certificate: 1 }];
const RECORDS = ['sync', 'settings', 'set_aside', 'identity', 'head'] as const;

it.each(RECORDS)('X1: an odd record of %s hides no evidence, and neither the page nor the file breaks by it', async (name) => {
  const store = openStore(DATABASE_NAME);
  await store.database.run((db) => Promise.all([db.clear('events'), db.clear('blobs'), db.clear('meta')]));
  const { writer } = await enrolHere(store);
  const taken = await photo(1);
  await saveFacts(store, writer, [{ body: note(), blobs: [] }, { body: taken.body, blobs: [taken.bytes] }]);
  await putMeta(store.database, 'sync', { ...NO_SYNC, challenge: 'c', acked: { 1: 1 } });
  for (const odd of ODD) {
    await store.database.run((db) => db.put('meta', odd as never, name));
    await store.database.run((db) => db.put('jobs', odd as never, 'job-9'));
    await store.database.run((db) => db.put('receipts', odd as never, 'blob:odd'));
    const held = await readHeld();
    expect(held.events.length, JSON.stringify(odd)).toBe(2);
    const unsent = unsentOf(held);
    // What is not known counts as not delivered; what is known stays known.
    expect(unsent.events.length).toBe(name === 'sync' ? 2 : 1);
    expect(unsent.blobs).toEqual([taken.sha256]);
    expect(summaryOf(unsent.events, unsent.late, unsent.blobs, held.events).all.blobs).toBe(1);
    expect((await makeFiles(held, 'all', '2026-11-22T10:00:00.000Z', () => undefined)).files[0]).toMatchObject({ events: 2, blobs: 1 });
    expect(held.marks.language === null || typeof held.marks.language === 'string').toBe(true);
  }
});

it('X1: an event whose body is JSON and no fact counts as one record, and shows what is known', () => {
  const late = ['null', '5', '{"event_id":{},"job_id":[1],"at":4,"data":null}', '{"event_id":"e","job_id":7,"at":9,"data":{"sha256":"s"}}', '{'].map((body, at) => ({ sha256: String(at), body }));
  const { all, jobs } = summaryOf([], late, ['s'], []);
  expect(all).toMatchObject({ records: 5, blobs: 1 });
  expect([...jobs.keys()]).toEqual([null]);
  expect(all.oldest_at).toBeNull();
});
