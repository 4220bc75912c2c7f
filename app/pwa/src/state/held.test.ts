import { expect, it } from 'vitest';
import { saveFacts } from '../db/facts';
import { enrolHere, note, openStore } from '../testing/evidence';
import type { StoredEvent } from '../db/schema';
import { ownEvents, readEverything } from './held';

it('an event that no copy gives back as it was keeps no other from being shown', async () => {
  const store = openStore(undefined, null);
  const { writer } = await enrolHere(store);
  const facts = ['first', 'torn', 'last'].map((text) => ({ body: note(text), blobs: [] }));
  const [first, torn, last] = (await saveFacts(store, writer, facts)).map(({ event }) => event) as [StoredEvent, StoredEvent, StoredEvent];
  await store.database.run((db) => db.put('events', { ...torn, body: torn.body.slice(0, 99) }, [1, 2]));
  await readEverything(store);
  expect(ownEvents.value.map(({ stored }) => stored.event_id)).toEqual([first.event_id, last.event_id]);
});
