import { describe, expect, it } from 'vitest';
import { countIn, jsonIn } from './answer';
import { readBlobReceipt, readLogReceipt, readProblem, readSyncReply } from './wire';

const SHA = 'a'.repeat(64);
const REPLY = {
  server_epoch: 's1',
  server_time: '2026-11-22T09:30:00.000Z',
  challenge: 'c',
  access_token: 't',
  acked_seq: 3,
  results: [{ seq: 3, hash: SHA, status: 'accepted', flags: [] }],
  blobs_wanted: [SHA],
  manifest: [['job-1', 4]],
  jobs: [{ job_id: 'job-1', rev: 4, own_seq: 3, fold_v: 1, state: {}, people: {} }],
  more: false,
  directives: [{ new_epoch: 2 }],
  receipt: { text: 'x', sig: 's', key_id: 'k' },
};

describe('what counts as an answer to a sync', () => {
  it('the whole form, with or without manifest and receipt', () => {
    expect(readSyncReply(REPLY)).toMatchObject({ acked_seq: 3, directives: [{ new_epoch: 2 }] });
    expect(readSyncReply({ ...REPLY, manifest: null, receipt: null, more_to_come: 1 })).not.toBeNull();
  });

  it('a minimal one, only when it was asked for', () => {
    const { server_epoch, server_time, challenge, acked_seq } = REPLY;
    const minimal = { server_epoch, server_time, challenge, acked_seq };
    expect(readSyncReply(minimal)).toBeNull();
    expect(readSyncReply(minimal, true)).toEqual({
      ...minimal,
      ...{ access_token: null, results: [], blobs_wanted: [], manifest: null, jobs: [], more: false, directives: [], receipt: null },
    });
    expect(readSyncReply({ ...minimal, challenge: undefined }, true)).toBeNull();
    expect(readSyncReply(REPLY, true)).toEqual(readSyncReply(REPLY));
  });

  it('members that a later server adds do no harm', () => {
    const later = { ...REPLY, directives: [{ drain_then_lock: true }], results: [{ ...REPLY.results[0], note: 'x' }] };
    expect(readSyncReply(later)?.directives).toEqual([{ new_epoch: null }]);
  });

  const wrong: [string, unknown][] = [
    ['nothing', null],
    ['a list', []],
    ['a portal', { status: 'ok', login: 'https://hotel.example' }],
    ...Object.keys(REPLY).map((name): [string, unknown] => [`no ${name}`, Object.fromEntries(Object.entries(REPLY).filter(([key]) => key !== name))]),
    ['a negative acked_seq', { ...REPLY, acked_seq: -1 }],
    ['a fraction', { ...REPLY, acked_seq: 1.5 }],
    ['a text for a count', { ...REPLY, acked_seq: '3' }],
    ['an unknown status', { ...REPLY, results: [{ ...REPLY.results[0], status: 'lost' }] }],
    ['a wanted blob that is no digest', { ...REPLY, blobs_wanted: ['../../etc'] }],
    ['a snapshot without its state', { ...REPLY, jobs: [{ ...REPLY.jobs[0], state: null }] }],
    ['a receipt without a signature', { ...REPLY, receipt: { text: 'x', key_id: 'k' } }],
  ];
  it.each(wrong)('not %s', (_what, value) => {
    expect(readSyncReply(value)).toBeNull();
  });
});

describe('receipts', () => {
  const text = `doorstep-blob-receipt-v1\ntenant\n${SHA}\n12\ns1\n2026-11-22T09:30:00.000Z\nkey\n`;
  const receipt = { text, sig: 's', key_id: 'key' };

  it('B5: is one of this blob and of this size', () => {
    expect(readBlobReceipt({ sha256: SHA, size: 12, receipt }, SHA, 12)).toEqual(receipt);
    expect(readBlobReceipt({ sha256: SHA, size: 12, receipt }, 'b'.repeat(64), 12)).toBeNull();
    expect(readBlobReceipt({ sha256: SHA, size: 13, receipt }, SHA, 13)).toBeNull();
    expect(readBlobReceipt({ sha256: SHA, size: 12, receipt: { ...receipt, text: text.replace('blob-', '') } }, SHA, 12)).toBeNull();
  });

  it('S8: says for which log and how far it speaks', () => {
    const log = `doorstep-receipt-v1\ntenant\ndevice-1\n2\n7\n${SHA}\ns1\n2026-11-22T09:30:00.000Z\nkey\n`;
    expect(readLogReceipt(log)).toEqual({ device_id: 'device-1', epoch: 2, acked_seq: 7, head_hash: SHA, server_epoch: 's1' });
    expect(readLogReceipt(text)).toBeNull();
  });
});

describe('problems and headers', () => {
  it('the slug is the last part of the type', () => {
    expect(readProblem({ type: '/problems/challenge-stale', status: 401, challenge: 'n' })).toMatchObject({ slug: 'challenge-stale' });
    expect(readProblem({ type: 'https://x.example/p#blob-offset', status: 409 })).toMatchObject({ slug: 'blob-offset' });
    for (const value of [null, {}, { type: 'about:blank' }, { type: '/problems/', status: 401 }]) expect(readProblem(value)).toBeNull();
  });

  it('only JSON that says it is JSON is read', () => {
    const bytes = new TextEncoder().encode('{"a":1}').buffer;
    expect(jsonIn(new Headers({ 'content-type': 'application/json; charset=utf-8' }), bytes)).toEqual({ a: 1 });
    expect(jsonIn(new Headers({ 'content-type': 'application/problem+json' }), bytes)).toEqual({ a: 1 });
    expect(jsonIn(new Headers({ 'content-type': 'text/html' }), bytes)).toBeUndefined();
    expect(jsonIn(new Headers({ 'content-type': 'application/json' }), new Uint8Array([0xff]).buffer)).toBeUndefined();
  });

  it('counts are digits and nothing else', () => {
    const of = (value: string): number | null => countIn(new Headers({ 'upload-offset': value }), 'Upload-Offset');
    expect([of('0'), of('26214400'), of('-1'), of('1e3'), of(' '), of('9'.repeat(16))]).toEqual([0, 26214400, null, null, null, null]);
  });
});
