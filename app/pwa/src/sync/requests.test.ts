import { describe, expect, it } from 'vitest';
import { saveFacts } from '../db/facts';
import { putMeta, NO_SYNC } from '../db/meta';
import type { Receipt, StoredEvent } from '../db/schema';
import { enrolHere, IDENTITY, note, openStore } from '../testing/evidence';
import { json, openOffice, publishing } from '../testing/office';
import { ask, type Fetch } from './answer';
import { sendChunk, sendReadmit, sendSync, type Line, type Told } from './requests';
import type { SyncReply } from './wire';

const AT = '2026-11-22T09:30:00.000Z';
const SHA = 'a'.repeat(64);
const office = await openOffice();

async function lineWith(fetch: Fetch, count = 2): Promise<{ line: Line; events: StoredEvent[] }> {
  const store = openStore();
  const { writer } = await enrolHere(store);
  const saved = await saveFacts(store, writer, Array.from({ length: count }, () => ({ body: note(), blobs: [] })));
  await putMeta(store.database, 'sync', { ...NO_SYNC, server_epoch: 's1', challenge: 'c1' });
  const public_key = async (): Promise<Record<string, string>> => ({ kty: 'OKP', crv: 'Ed25519', x: 'x' });
  const line = { fetch: publishing(office, fetch), store, writer, identity: IDENTITY, public_key, build: 'test', stamp: () => AT, token: () => 't' };
  return { line, events: saved.map(({ event }) => event) };
}

function reply(acked_seq: number, receipt: Receipt | null): SyncReply {
  const none = { results: [], blobs_wanted: [], manifest: null, jobs: [], more: false, directives: [] };
  return { server_epoch: 's1', server_time: AT, challenge: 'c2', access_token: 't', acked_seq, ...none, receipt };
}

const receiptOf = (device: string, epoch: number, seq: number, hash: string, lineage = 's1'): Promise<Receipt> =>
  office.sign('doorstep-receipt-v1', 'tenant-1', device, epoch, seq, hash, lineage, AT);

describe('S8: a receipt counts when it speaks for this very log', () => {
  const send = { type: 'send_sync', epoch: 1, from: 1, to: 2, acked_seq: 0, pending: { events: 2, blobs: 0, bytes: 0, oldest_at: null }, has_token: false } as const;

  async function fits(receipt: (events: StoredEvent[]) => Promise<Receipt> | null, acked_seq = 2, known = 0): Promise<unknown> {
    let answer: Response | null = null;
    const { line, events } = await lineWith(async () => answer ?? new Response(null, { status: 500 }));
    answer = json(reply(acked_seq, await receipt(events)));
    const told = await sendSync(line, { ...send, acked_seq: known });
    return told.type === 'sync_reply' ? told.receipt_fits : told;
  }

  it('its own head, and any earlier event', async () => {
    expect(await fits((events) => receiptOf('device-1', 1, 2, events[1]?.hash ?? ''))).toBe(true);
    expect(await fits((events) => receiptOf('device-1', 1, 1, events[0]?.hash ?? ''), 1)).toBe(true);
  });

  it('not another device, epoch, event, place or lineage', async () => {
    const hash = (events: StoredEvent[]): string => events[1]?.hash ?? '';
    expect(await fits((events) => receiptOf('device-2', 1, 2, hash(events)))).toBe(false);
    expect(await fits((events) => receiptOf('device-1', 2, 2, hash(events)))).toBe(false);
    expect(await fits(() => receiptOf('device-1', 1, 2, SHA))).toBe(false);
    expect(await fits((events) => receiptOf('device-1', 1, 1, hash(events)))).toBe(false);
    expect(await fits((events) => receiptOf('device-1', 1, 2, hash(events), 's0'))).toBe(false);
    expect(await fits(() => receiptOf('device-1', 1, 7, SHA), 7)).toBe(false);
    expect(await fits(() => receiptOf('device-1', 1, 1, SHA), 1)).toBe(false);
  });

  it('not another branch where its own event was let go of: the one behind it knows its hash', async () => {
    const told = async (hash: (events: StoredEvent[]) => string): Promise<unknown> => {
      let answer: Response | null = null;
      const { line, events } = await lineWith(async () => answer ?? new Response(null, { status: 500 }), 3);
      await line.store.database.run((db) => db.delete('events', [1, 1]));
      answer = json(reply(1, await receiptOf('device-1', 1, 1, hash(events))));
      return sendSync(line, { ...send, from: 2, to: 3, acked_seq: 0 });
    };
    expect(await told(([first]) => first?.hash ?? '')).toMatchObject({ type: 'sync_reply', receipt_fits: true });
    expect(await told(() => SHA)).toMatchObject({ type: 'sync_reply', receipt_fits: false });
  });

  it('none at all acknowledges nothing beyond what is known', async () => {
    expect(await fits(() => null)).toBe(false);
    expect(await fits(() => null, 2, 2)).toBe(true);
    expect(await fits(() => null, 0)).toBe(true);
  });

  it('S17: nor what another database says; but it has verified the seal of a log that is sent empty', async () => {
    const { line } = await lineWith(async () => json({ ...reply(2, null), server_epoch: 's2' }));
    expect(await sendSync(line, { ...send, acked_seq: 2 })).toMatchObject({ receipt_fits: false });
    expect(await sendSync(line, { ...send, from: 3, to: 2, acked_seq: 2 })).toMatchObject({ receipt_fits: true });
  });
});

describe('S18: a minimal reply', () => {
  const send = { type: 'send_sync', epoch: 1, from: 1, to: 0, acked_seq: 0, pending: { events: 2, blobs: 0, bytes: 0, oldest_at: null } } as const;

  it.each([
    [true, 't', 'return=minimal'],
    [true, null, null],
    [false, 't', null],
  ])('is asked for with a good token in hand only (%s, %s)', async (has_token, token, prefer) => {
    let asked: string | null = '';
    const { line } = await lineWith(async (_, init) => {
      asked = new Headers(init.headers).get('Prefer');
      return json({ server_epoch: 's1', server_time: AT, challenge: 'c2', acked_seq: 0 });
    });
    const told = await sendSync({ ...line, token: () => token }, { ...send, has_token });
    expect(asked).toBe(prefer);
    if (prefer === null) expect(told).toEqual({ type: 'network_failed', why: 'not_ours' });
    else expect(told).toMatchObject({ type: 'sync_reply', reply: { access_token: null, results: [], manifest: null, receipt: null }, receipt_fits: true });
  });
});

describe('E5: showing the certificate', () => {
  it('sends what was kept since the enrolment, with a proof by the key', async () => {
    const bodies: unknown[] = [];
    const { line } = await lineWith(async (address, init) => {
      bodies.push([address, JSON.parse(String(init.body))]);
      return json({ device_id: 'device-1', epoch: 1, server_epoch: 's2', server_time: AT, challenge: 'c7' });
    });
    expect(await sendReadmit(line)).toEqual({ type: 'readmitted', challenge: 'c7' });
    const proof: unknown = expect.stringMatching(/^[\w-]{86}$/);
    const body = { certificate: IDENTITY.certificate, alg: 'EdDSA', public_key: { kty: 'OKP', crv: 'Ed25519', x: 'x' }, proof };
    expect(bodies).toEqual([['/api/v1/devices/readmit', body]]);
  });

  it('believes no portal and no other device', async () => {
    for (const answer of [new Response('<html>', { headers: { 'content-type': 'text/html' } }), json({ device_id: 'device-2', challenge: 'c' })]) {
      const { line } = await lineWith(async () => answer);
      expect(await sendReadmit(line)).toEqual({ type: 'network_failed', why: 'not_ours' });
    }
  });

  it('tells a refusal', async () => {
    const { line } = await lineWith(async () => json({ type: '/problems/certificate-invalid', status: 422 }, 422));
    expect(await sendReadmit(line)).toMatchObject({ type: 'readmit_problem', problem: { status: 422, slug: 'certificate-invalid' } });
  });
});

describe('B6: a photo that is all there', () => {
  it('needs no whole copy here: an empty chunk brings the receipt', async () => {
    const receipt = await office.sign('doorstep-blob-receipt-v1', 'tenant-1', SHA, 900, 's1', AT);
    const { line } = await lineWith(async () => json({ sha256: SHA, size: 900, receipt }));
    const chunk = { type: 'send_chunk', sha256: SHA, offset: 900, length: 0, size: 900 } as const;
    expect(await sendChunk(line, chunk, null)).toEqual({ type: 'blob_receipt', sha256: SHA, receipt });
    expect(await sendChunk(line, { ...chunk, offset: 0, length: 900 }, null)).toMatchObject({ type: 'blob_checked', sha256: SHA, whole: false });
  });

  it('status 200 without a receipt of this very photo is nobody\'s word', async () => {
    const chunk = { type: 'send_chunk', sha256: SHA, offset: 0, length: 3, size: 3 } as const;
    for (const answer of [json({ ok: true }), new Response('<html>'), json({ sha256: 'b'.repeat(64), size: 3, receipt: {} })]) {
      const { line } = await lineWith(async () => answer);
      const told: Told = await sendChunk(line, chunk, new ArrayBuffer(3));
      expect(told).toEqual({ type: 'network_failed', why: 'not_ours' });
    }
  });
});

describe('Retry-After, on an answer of any kind', () => {
  const after = async (headers: Record<string, string>): Promise<number | null> => {
    const answer = await ask(async () => new Response(null, { status: 503, headers }), '/', {});
    return answer.kind === 'problem' ? answer.problem.retry_after_s : null;
  };

  it('counts seconds, or from the date of the answer to the one named', async () => {
    expect(await after({ 'retry-after': '120' })).toBe(120);
    const dates = { date: 'Sun, 22 Nov 2026 09:30:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 09:31:30 GMT' };
    expect(await after(dates)).toBe(90);
    expect(await after({ ...dates, 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' })).toBe(0);
    expect(await after({ 'retry-after': 'soon' })).toBeNull();
    expect(await after({})).toBeNull();
  });
});
