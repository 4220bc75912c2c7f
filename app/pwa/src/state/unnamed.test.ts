/** A photo that is whole, and of its event no copy is: what the phone does, and what it says. */
import { expect, it } from 'vitest';
import { body, enrolHere, IDENTITY, note, openStore, photo } from '../testing/evidence';
import { json, openOffice, publishing } from '../testing/office';
import { saveFacts } from '../db/facts';
import { getMeta } from '../db/meta';
import { headOf } from '../db/facts';
import { readHeld, unsentOf } from '../rescue/held';
import { Drain } from '../sync/drain';
import type { SyncState } from '../sync/syncState';
import { tellDamage } from './damage';
import { readAgain, readEverything, syncState } from './held';
import { setPhone } from './phone';
import { pendingItems, status } from './sync-status';

const AT = '2026-11-22T09:30:00.000Z';

it.each(['torn so that it cannot be shown', 'changed in one letter'])('B1: it is asked about once at a start, told once, shown as stuck, and in the rescue file: %s', async (how) => {
  const store = openStore('doorstep');
  await store.database.run((db) => Promise.all([db.clear('events'), db.clear('blobs'), db.clear('meta'), db.clear('receipts')]));
  const { writer } = await enrolHere(store);
  const taken = await photo(how.length);
  const [event] = (await saveFacts(store, writer, [{ body: taken.body, blobs: [taken.bytes] }, { body: note(), blobs: [] }])).map((saved) => saved.event);
  const torn = how.startsWith('torn') ? taken.body.slice(0, 80) : taken.body.replace('camera', 'Camera');
  if (event) await store.database.run((db) => db.put('events', { ...event, body: torn }, [1, 1]));
  for (const path of store.files?.files.keys() ?? []) if (path.startsWith('ev/1-1-')) store.files?.files.delete(path);

  const office = await openOffice();
  const asked: string[] = [];
  const logs = new Map<number, string[]>();
  const fetch = publishing(office, async (address, init) => {
    asked.push(`${init.method ?? ''} ${address}`);
    if (init.method === 'HEAD') return new Response(null, { status: 404 });
    const sent = JSON.parse(String(init.body)) as { epoch: number; events: { seq: number; hash: string }[]; pending: { events: number } };
    const log = logs.get(sent.epoch) ?? [];
    logs.set(sent.epoch, log);
    for (const { seq, hash } of sent.events) if (seq === log.length + 1) log.push(hash);
    const lacks = (sent.events[0]?.seq ?? 0) > log.length + 1;
    const receipt = lacks || log.length === 0 ? null : await office.sign('doorstep-receipt-v1', 'tenant-1', 'device-1', sent.epoch, log.length, log.at(-1) ?? '', 's1', AT);
    const none = { results: [], blobs_wanted: [], manifest: null, jobs: [], more: false };
    return json({ server_epoch: 's1', server_time: AT, challenge: 'c', access_token: 't', acked_seq: log.length, ...none, directives: lacks ? [{ new_epoch: 2 }] : [], receipt });
  });
  let state: SyncState | null = null;
  const tools = { stamp: () => AT, now_ms: () => 1_000_000, after: () => () => undefined, random: () => 0.5 };
  const drain: Drain = new Drain({ ...tools, store, writer, fetch, identity: IDENTITY, public_key: async () => ({}), build: 'test', fold_v: 1, compose: (kind, data) => body(kind, data, null), onKept: () => undefined, onState: (now) => (state = now) });
  setPhone({ store, writer, identity: IDENTITY, drain, nudge: (told) => drain.feed(told) });
  await drain.start();
  drain.feed({ type: 'lock', held: true });
  const now = (): SyncState | null => state;
  const resting = (): boolean => now()?.waiting.length === 0 && !now()?.busy && !now()?.working;
  const settled = (): Promise<void> => expect.poll(resting).toBe(true);
  await expect.poll(() => now()?.blobs[0]?.trouble).toBe('blob-unnamed');
  await settled();

  await readEverything(store);
  syncState.value = now() as SyncState;
  for (let time = 0; time < 2; time += 1) await tellDamage(now() as SyncState);
  expect(await getMeta(store.database, 'told_damaged')).toEqual([taken.sha256]);
  drain.feed({ type: 'visible' });
  await settled();
  drain.feed({ type: 'online' });
  await settled();
  expect(asked.filter((line) => line === `HEAD /api/v1/blobs/${taken.sha256}`)).toHaveLength(1);
  expect((await headOf(store)).epoch).toBe(2);
  const told = (await store.database.run((db) => db.getAll('events'))).filter(({ kind }) => kind === 'storage.lost');
  // Once by its name, and once by its event's place in the log.
  expect(told.filter((lost) => lost.body.includes(taken.sha256))).toHaveLength(1);
  expect(told.filter((lost) => lost.body.includes('epoch/event 1/'))).toHaveLength(1);

  await readAgain(store, 'events');
  await readAgain(store, 'acks');
  syncState.value = now() as SyncState;
  expect(pendingItems.value).toMatchObject([{ status: 'attention', error: 'blob-unnamed' }]);
  expect(status.value).toMatchObject({ kind: 'attention', attention: 1 });
  expect(unsentOf(await readHeld()).blobs).toEqual([taken.sha256]);
});
