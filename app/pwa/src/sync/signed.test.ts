import { expect, it } from 'vitest';
import { saveFacts } from '../db/facts';
import { getMeta, putMeta } from '../db/meta';
import type { Receipt, StoredEvent } from '../db/schema';
import { enrolHere, IDENTITY, note, openStore } from '../testing/evidence';
import { json, openOffice, type Office } from '../testing/office';
import { sendChunk, sendSync, type Line, type Told } from './requests';

const AT = '2026-11-22T09:30:00.000Z';
const SHA = 'a'.repeat(64);
const SEND = { type: 'send_sync', epoch: 1, from: 1, to: 1, acked_seq: 0, pending: { events: 1, blobs: 0, bytes: 0, oldest_at: null }, has_token: false } as const;
const CHUNK = { type: 'send_chunk', sha256: SHA, offset: 900, length: 0, size: 900 } as const;

/** A phone with one event, a server that answers with `answer`, and how often it was asked for its keys. */
async function phoneAt(published: () => Response): Promise<{ line: Line; event: StoredEvent; answer: (value: object) => void; asked: () => number }> {
  const store = openStore();
  const { writer } = await enrolHere(store);
  const [saved] = await saveFacts(store, writer, [{ body: note(), blobs: [] }]);
  let value: object = {};
  let asked = 0;
  const fetch = async (address: string): Promise<Response> => {
    if (address !== '/api/v1/keys') return json(value);
    asked += 1;
    return published();
  };
  const line: Line = { fetch, store, writer, identity: IDENTITY, public_key: async () => ({}), build: 'test', stamp: () => AT, token: () => 't' };
  return { line, event: (saved as { event: StoredEvent }).event, answer: (given) => (value = given), asked: () => asked };
}

function reply(receipt: Receipt | null, acked_seq = 1): object {
  const none = { blobs_wanted: [], manifest: null, jobs: [], more: false, directives: [] };
  const results = [{ seq: 1, hash: SHA, status: 'accepted', flags: [] }];
  return { server_epoch: 's1', server_time: AT, challenge: 'c2', access_token: 't', acked_seq, results, ...none, receipt };
}

const logReceipt = (office: Office, { hash }: StoredEvent, tenant = 'tenant-1'): Promise<Receipt> =>
  office.sign('doorstep-receipt-v1', tenant, IDENTITY.device_id, 1, 1, hash, 's1', AT);
const blobReceipt = (office: Office): Promise<Receipt> => office.sign('doorstep-blob-receipt-v1', 'tenant-1', SHA, 900, 's1', AT);
const acked = (told: Told): unknown => (told.type === 'sync_reply' ? [told.reply.acked_seq, told.reply.receipt !== null, told.receipt_fits] : told);
const COUNTS = [1, true, true];
const COUNTS_NOT = [0, false, true];

it('S8: with the signature of a key that the server publishes, asked for once', async () => {
  const office = await openOffice();
  const { line, event, answer, asked } = await phoneAt(() => json(office.published));
  answer(reply(await logReceipt(office, event)));
  for (let time = 0; time < 3; time += 1) expect(acked(await sendSync(line, SEND))).toEqual(COUNTS);
  answer({ sha256: SHA, size: 900, receipt: await blobReceipt(office) });
  expect(await sendChunk(line, CHUNK, null)).toMatchObject({ type: 'blob_receipt' });
  expect(asked()).toBe(1);
});

it('S8: nothing counts with a changed word, another signature, an unpublished key or of another tenant', async () => {
  const [office, stranger] = [await openOffice(), await openOffice()];
  const { line, event, answer } = await phoneAt(() => json(office.published));
  const good = await logReceipt(office, event);
  const wrong = [
    { ...good, text: good.text.replace(AT, '2027-11-22T09:30:00.000Z') },
    { ...good, sig: 's' },
    { ...good, sig: (await logReceipt(stranger, event)).sig },
    { ...(await logReceipt(stranger, event)), key_id: office.key_id },
    await logReceipt(stranger, event),
    await logReceipt(office, event, 'tenant-2'),
  ];
  for (const receipt of wrong) {
    answer(reply(receipt));
    expect(acked(await sendSync(line, SEND))).toEqual(COUNTS_NOT);
  }
  answer({ sha256: SHA, size: 900, receipt: { ...(await blobReceipt(office)), sig: good.sig } });
  expect(await sendChunk(line, CHUNK, null)).toMatchObject({ type: 'blob_problem', problem: { slug: 'receipt-mismatch' } });
  expect(await getMeta(line.store.database, 'server_keys')).toHaveLength(1);
});

it('S8: a new key of the server is learnt, and the one before still counts', async () => {
  const [before, after] = [await openOffice(), await openOffice()];
  let published = before.published;
  const { line, event, answer, asked } = await phoneAt(() => json(published));
  for (const office of [before, after, before]) {
    published = office === after ? after.published : published;
    answer(reply(await logReceipt(office, event)));
    expect(acked(await sendSync(line, SEND))).toEqual(COUNTS);
  }
  expect(asked()).toBe(2);
});

it('S8: no answer can put another key under the name of one', async () => {
  const [office, stranger] = [await openOffice(), await openOffice()];
  const posing = { keys: [{ ...stranger.published.keys[0], key_id: office.key_id }] };
  const { line, event, answer } = await phoneAt(() => json(posing));
  const { text, sig } = await logReceipt(stranger, event);
  answer(reply({ text: text.replace(stranger.key_id, office.key_id), sig, key_id: office.key_id }));
  expect(acked(await sendSync(line, SEND))).toEqual(COUNTS_NOT);
  expect(await getMeta(line.store.database, 'server_keys')).toBeNull();
});

it('S14: while the keys cannot be had, it is tried later; kept keys that are damaged are asked for again', async () => {
  const office = await openOffice();
  let keys = new Response('', { status: 503 });
  const { line, event, answer } = await phoneAt(() => keys);
  answer(reply(await logReceipt(office, event)));
  expect(await sendSync(line, SEND)).toEqual({ type: 'network_failed', why: 'no_answer' });
  await putMeta(line.store.database, 'server_keys', [{ key_id: office.key_id, public_key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } }]);
  keys = json(office.published);
  expect(acked(await sendSync(line, SEND))).toEqual(COUNTS);
});
