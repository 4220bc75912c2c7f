import { describe, expect, it } from 'vitest';
import { enrolHere, MemoryFiles, note, openStore, photo } from '../testing/evidence';
import { readBlob } from './blobs';
import { digestOf } from './digest';
import { eventFile } from './evidence';
import { saveFacts } from './facts';
import { readOutbox, type Outbox } from './outbox';
import type { StoredEvent } from './schema';

interface Waiting {
  readonly outbox: Outbox;
  readonly sha256: string;
  readonly length: number;
}

/** What waits of a note, a photo and a note, where the database gives back another body of the photo's event. */
async function damaged(files: MemoryFiles | null, spoilt: (body: string) => string): Promise<Waiting> {
  const store = openStore(undefined, files);
  const { writer } = await enrolHere(store);
  const taken = await photo(7);
  const facts = [
    { body: note('first'), blobs: [] },
    { body: taken.body, blobs: [taken.bytes] },
    { body: note('last'), blobs: [] },
  ];
  const saved = await saveFacts(store, writer, facts);
  const event = saved[1]?.event as StoredEvent;
  if (files) expect(files.files.has(`ev/${eventFile(event)}`)).toBe(true);
  await store.database.run((db) => db.put('events', { ...event, body: spoilt(event.body) }, [event.epoch, event.seq]));
  return { outbox: await readOutbox(store), sha256: taken.sha256, length: taken.bytes.byteLength };
}

describe.each([
  ['no JSON any more', (body: string) => body.slice(0, body.length / 2)],
  ['an empty object', () => '{}'],
  ['of another size', (body: string) => body.replace('"size":2000', '"size":200')],
])('what waits, where the body of a photo is %s', (_, spoilt) => {
  it.each([
    ['its file is whole', true],
    ['there is no other copy', false],
  ])('%s: all else goes, and the photo with its true size', async (__, filed) => {
    const { outbox, sha256, length } = await damaged(filed ? new MemoryFiles() : null, spoilt);
    expect(outbox.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(outbox.blobs).toMatchObject([{ sha256, size: length, epoch: 1, seq: 2 }]);
  });
});

it('H49: photos of one size and one moment are two, each with its own bytes', async () => {
  const store = openStore();
  const { writer } = await enrolHere(store);
  const both = [await photo(1), await photo(2)];
  await saveFacts(store, writer, both.map(({ body, bytes }) => ({ body, blobs: [bytes] })));
  const { blobs } = await readOutbox(store);
  expect(blobs.map(({ sha256, size }) => [sha256, size])).toEqual(both.map(({ sha256 }) => [sha256, 2_000]));
  for (const { sha256 } of blobs) expect(await digestOf((await readBlob(store, sha256)) ?? new ArrayBuffer())).toBe(sha256);
});
