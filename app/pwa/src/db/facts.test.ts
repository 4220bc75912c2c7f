import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstBroken, fromB64, header, bodyDigest, utf8, ZERO_HASH } from '../domain/log';
import { body, enrolHere, MemoryFiles, note, openStore, photo } from '../testing/evidence';
import { FactInvalid } from './chain';
import { sha256 } from './digest';
import { StorageFailed, StorageFull } from './errors';
import { eventFile, type EvidenceStore } from './evidence';
import { readBlob, readEvent } from './blobs';
import { eventsAfter, headOf, openEpoch, recordAgain, saveFacts, takeUpLate } from './facts';
import { getMeta, NO_SYNC, putMeta, type Identity } from './meta';
import { keepBallast } from './room';
import type { StoredEvent } from './schema';

afterEach(() => {
  vi.restoreAllMocks();
});

async function allEvents(store: EvidenceStore): Promise<StoredEvent[]> {
  return store.database.run((db) => db.getAll('events'));
}

async function isChain(events: readonly StoredEvent[]): Promise<boolean> {
  const links = events.map(({ seq, prev, body: text, hash, salt }) => ({ seq, prev, body: text, hash, salt: fromB64(salt) }));
  return (await firstBroken(sha256, 'device-1', events[0]?.epoch ?? 1, links)) === null;
}

/** Every `readwrite` over the given store fails with that error, `times` times. */
function failTransactions(name: string, times: number): void {
  const real = IDBDatabase.prototype.transaction;
  let left = times;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, stores, mode, options) {
    const writes = mode === 'readwrite' && ([] as string[]).concat(stores as string[]).includes('events');
    if (writes && left > 0) {
      left -= 1;
      throw new DOMException('planted', name);
    }
    return real.call(this, stores, mode, options);
  });
}

/** The database takes events and gives none of them back. */
function forgetEvents(): { mockRestore(): void } {
  const real = IDBObjectStore.prototype.get;
  return vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
    return real.call(this, this.name === 'events' ? [0, 0] : key);
  });
}

describe('saving', () => {
  it('L2 to L4: facts become one intact chain, in both copies', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const taken = await photo(1);
    const [first] = await saveFacts(store, writer, [{ body: note(), blobs: [] }]);
    const [second] = await saveFacts(store, writer, [{ body: taken.body, blobs: [taken.bytes] }]);
    const events = await allEvents(store);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(events[0]?.prev).toBe(ZERO_HASH);
    expect(await isChain(events)).toBe(true);
    expect([first?.copies, second?.copies]).toEqual([2, 2]);
    const [, kept] = events;
    expect([...(store.files?.files.keys() ?? [])]).toContain(`bl/${taken.sha256}`);
    expect([...(store.files?.files.keys() ?? [])]).toContain(`ev/${eventFile(kept as StoredEvent)}`);
    expect(await store.database.run((db) => db.get('blobs', taken.sha256))).toBeInstanceOf(ArrayBuffer);
  });

  it('L5: a sign-off is signed over its header, and nothing else is', async () => {
    const store = openStore();
    const { writer, pair } = await enrolHere(store);
    const statement = utf8('{"statement":1}');
    const name = await sha256(statement);
    const data = { outcome: 'absent', reason: 'nobody came back', statement_sha256: name, statement_size: statement.length, language: 'en' };
    await saveFacts(store, writer, [
      { body: note(), blobs: [] },
      { body: body('signoff.recorded', data), blobs: [statement.buffer] },
    ]);
    const [plain, signed] = await allEvents(store);
    expect(plain?.sig).toBeNull();
    if (!signed?.sig) throw new Error('not signed');
    const digest = await bodyDigest(sha256, fromB64(signed.salt), utf8(signed.body));
    const text = header('device-1', 1, signed.seq, signed.prev, digest);
    expect(await crypto.subtle.verify('Ed25519', pair.publicKey, fromB64(signed.sig), text)).toBe(true);
  });

  it('L4: many at once wait for each other', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    await Promise.all(Array.from({ length: 20 }, () => saveFacts(store, writer, [{ body: note(), blobs: [] }])));
    const events = await allEvents(store);
    expect(events).toHaveLength(20);
    expect(await isChain(events)).toBe(true);
  });

  it('writes evidence with strict durability only', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const taken = await photo(2);
    await saveFacts(store, writer, [{ body: taken.body, blobs: [taken.bytes] }]);
    const writes = spy.mock.calls.filter(([, mode]) => mode === 'readwrite');
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.every(([, , options]) => options?.durability === 'strict')).toBe(true);
  });
});

describe('what cannot be saved', () => {
  it.each([
    ['a decision', () => body('job.approved', { note: null })],
    ['an unknown kind', () => body('unit.vanished', {})],
    ['wrong data (K)', () => body('note.added', { text: 7 })],
    ['too long a text (K)', () => note('x'.repeat(4_001))],
    ['an oversized body (L1)', () => body('note.added', { text: 'x', more: 'y'.repeat(17_000) })],
    ['NUL (L1)', () => note('a\0b')],
    ['half a surrogate pair (L1)', () => note('\ud800')],
  ])('%s is refused at once', async (_what, make) => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    await expect(saveFacts(store, writer, [{ body: make(), blobs: [] }])).rejects.toThrow(FactInvalid);
    expect(await allEvents(store)).toEqual([]);
  });

  it('K2: bytes that the fact does not name, that are not here, or that have another size', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const taken = await photo(3);
    const other = await photo(4);
    const shrunk = taken.body.replace('"size":2000', '"size":1999');
    for (const fact of [
      { body: taken.body, blobs: [taken.bytes, other.bytes] },
      { body: taken.body, blobs: [] },
      { body: shrunk, blobs: [taken.bytes] },
    ]) {
      await expect(saveFacts(store, writer, [fact])).rejects.toThrow(FactInvalid);
    }
    expect((await headOf(store)).seq).toBe(0);
  });

  it('a full phone is said to be full; nothing was recorded, and the next fact takes the same place', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const taken = await photo(5);
    failTransactions('QuotaExceededError', 1);
    await expect(saveFacts(store, writer, [{ body: taken.body, blobs: [taken.bytes] }])).rejects.toThrow(StorageFull);
    expect(await allEvents(store)).toEqual([]);
    expect(await store.files?.names('ev')).toEqual([]);
    const [saved] = await saveFacts(store, writer, [{ body: taken.body, blobs: [taken.bytes] }]);
    expect(saved?.event.seq).toBe(1);
  });

  it('a second copy that is full costs a copy, not the fact', async () => {
    const files = new MemoryFiles();
    const store = openStore('full-files', files);
    const { writer } = await enrolHere(store);
    files.full = true;
    const [saved] = await saveFacts(store, writer, [{ body: note(), blobs: [] }]);
    expect(saved?.copies).toBe(1);
    expect(await allEvents(store)).toHaveLength(1);
  });

  it('a browser without a private file system has one copy', async () => {
    const store = openStore('no-files', null);
    const { writer } = await enrolHere(store);
    expect((await saveFacts(store, writer, [{ body: note(), blobs: [] }]))[0]?.copies).toBe(1);
  });

  it.each(['InvalidStateError', 'UnknownError'])('%s: a fresh connection is tried, and the fact is there once', async (name) => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    failTransactions(name, 2);
    await saveFacts(store, writer, [{ body: note(), blobs: [] }]);
    expect(await allEvents(store)).toHaveLength(1);
  });

  it('a connection that stays dead is a failure, and the database is never deleted', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    await saveFacts(store, writer, [{ body: note(), blobs: [] }]);
    const deletion = vi.spyOn(indexedDB, 'deleteDatabase');
    failTransactions('UnknownError', 99);
    await expect(saveFacts({ ...store, files: null }, writer, [{ body: note(), blobs: [] }])).rejects.toThrow(StorageFailed);
    vi.restoreAllMocks();
    expect(deletion).not.toHaveBeenCalled();
    expect(await allEvents(store)).toHaveLength(1);
  });

  it('H02: with a database that stays dead facts go into files, and later into the log, each once', async () => {
    const store = openStore('late', new MemoryFiles());
    const { writer } = await enrolHere(store);
    const taken = await photo(7);
    const bodies = [note('first'), taken.body, note('last')];
    failTransactions('UnknownError', 999);
    for (const text of bodies) {
      const [saved] = await saveFacts(store, writer, [{ body: text, blobs: text === taken.body ? [taken.bytes] : [] }]);
      expect(saved).toMatchObject({ late: true, copies: 1 });
    }
    vi.restoreAllMocks();
    expect(await allEvents(store)).toEqual([]);
    await saveFacts(store, writer, [{ body: note('meanwhile'), blobs: [] }]);
    await takeUpLate(store, writer);
    await takeUpLate(store, writer);
    const events = await allEvents(store);
    expect(events.slice(1).map(({ body: text }) => text)).toEqual(bodies);
    expect(await isChain(events)).toBe(true);
    expect(await store.database.run((db) => db.get('blobs', taken.sha256))).toBeInstanceOf(ArrayBuffer);
    expect(await store.files?.names('late')).toEqual([]);
  });

  it.each(['this page', 'another page'])('H02: a late photo outlives a try of %s to take it up that fails', async (page) => {
    const store = openStore('late-again', new MemoryFiles());
    const { writer } = await enrolHere(store);
    const taken = await photo(7);
    failTransactions('UnknownError', 999);
    await saveFacts(store, writer, [{ body: taken.body, blobs: [taken.bytes] }]);
    vi.restoreAllMocks();
    const trying = page === 'this page' ? store : { ...store, filed: new Set<string>() };
    failTransactions('DataError', 1);
    await expect(takeUpLate(trying, writer)).rejects.toThrow();
    vi.restoreAllMocks();
    await takeUpLate(trying, writer);
    expect(await readBlob(store, taken.sha256)).not.toBeNull();
    expect(await allEvents(store)).toHaveLength(1);
  });

  it('a page of a log whose key was lost writes nothing into the one that came after it; its fact waits for the page that may', async () => {
    const store = openStore('enrolled-anew', new MemoryFiles());
    const { writer: old } = await enrolHere(store);
    const identity = await getMeta(store.database, 'identity');
    await putMeta(store.database, 'identity', { ...(identity as Identity), device_id: 'device-2' });
    const [saved] = await saveFacts(store, old, [{ body: note('by the old page'), blobs: [] }]);
    expect(saved).toMatchObject({ late: true, copies: 1 });
    await expect(takeUpLate(store, old)).rejects.toThrow(StorageFailed);
    expect(await allEvents(store)).toEqual([]);
    await takeUpLate(store, { ...old, device_id: 'device-2' });
    expect((await allEvents(store)).map(({ device_id }) => device_id)).toEqual(['device-2']);
  });

  it('H52: a fact that is saved once more under its id stands there once', async () => {
    const store = openStore('again');
    const { writer } = await enrolHere(store);
    const fact = { body: note('tapped twice'), blobs: [] };
    const [first] = await saveFacts(store, writer, [fact]);
    const [second] = await saveFacts(store, writer, [fact], true);
    expect(second?.event.hash).toBe(first?.event.hash);
    expect(await allEvents(store)).toHaveLength(1);
  });

  it('what the database does not give back counts when the files are whole, in one copy', async () => {
    const store = openStore('forgets', new MemoryFiles());
    const { writer } = await enrolHere(store);
    const spy = forgetEvents();
    const [saved] = await saveFacts(store, writer, [{ body: note('kept'), blobs: [] }]);
    expect(saved).toMatchObject({ copies: 1, late: false });
    spy.mockRestore();
    expect((await headOf(store)).seq).toBe(1);
    expect((await readEvent(store, 1, 1))?.hash).toBe(saved?.event.hash);
  });

  it('what the database does not give back and no file holds is taken back, and the next fact has its place', async () => {
    const store = openStore('forgets-all', null);
    const { writer } = await enrolHere(store);
    const spy = forgetEvents();
    const failed = await saveFacts(store, writer, [{ body: note('lost'), blobs: [] }]).catch((error: unknown) => error);
    spy.mockRestore();
    expect(failed).toMatchObject({ name: 'StorageFailed', unsure: false });
    expect(await allEvents(store)).toEqual([]);
    expect((await headOf(store)).seq).toBe(0);
    await saveFacts(store, writer, [{ body: note('next'), blobs: [] }]);
    expect(await isChain(await allEvents(store))).toBe(true);
  });

  it('H12: room is made of thumbnails, loose standards and, for a signature, of the ballast', async () => {
    const store = openStore('makes-room', new MemoryFiles());
    const { writer } = await enrolHere(store);
    await store.database.run((db) => db.put('thumbs', new ArrayBuffer(9), 'x'));
    await store.database.run((db) => db.put('standards', '{}', 'loose'));
    expect(await keepBallast(store.files as MemoryFiles)).toBe(true);
    failTransactions('QuotaExceededError', 3);
    await expect(saveFacts(store, writer, [{ body: note('a note'), blobs: [] }])).rejects.toThrow(StorageFull);
    expect(await store.database.run((db) => Promise.all([db.count('thumbs'), db.count('standards')]))).toEqual([0, 0]);
    expect(await store.files?.names('id')).toContain('ballast-5');
    vi.restoreAllMocks();
    failTransactions('QuotaExceededError', 1);
    await saveFacts(store, writer, [{ body: body('visit.completed', { visit_id: 'v', outcome: 'completed', note: null }), blobs: [] }]);
    expect(await store.files?.names('id')).not.toContain('ballast-5');
    vi.restoreAllMocks();
    expect(await allEvents(store)).toHaveLength(1);
  });
});

describe('a new epoch', () => {
  const opening = body('log.opened', { prior_epoch: 1, prior_acked_seq: 1, prior_head: ZERO_HASH, reason: 'fork' }, null);

  it('L7: opens with log.opened and has what was not acknowledged once more, under the same ids', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const taken = await photo(6);
    await saveFacts(store, writer, [
      { body: note('1'), blobs: [] },
      { body: note('2'), blobs: [] },
      { body: taken.body, blobs: [taken.bytes] },
    ]);
    const before = await allEvents(store);
    await openEpoch(store, writer, 2, { epoch: 1, seq: 1 }, () => [opening]);
    const after = await eventsAfter(store, 2, 0);
    expect(after.map(({ kind }) => kind)).toEqual(['log.opened', 'note.added', 'photo.captured']);
    expect(after.slice(1).map(({ body: text }) => text)).toEqual(before.slice(1).map(({ body: text }) => text));
    expect(after[0]?.prev).toBe(ZERO_HASH);
    expect(await isChain(after)).toBe(true);
    expect(await eventsAfter(store, 1, 0)).toEqual(before);
  });

  it('L7: what is damaged in the epoch that ends is taken from the one before, where it is whole', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const saved = await saveFacts(store, writer, ['1', '2', '3'].map((text) => ({ body: note(text), blobs: [] })));
    await putMeta(store.database, 'sync', { ...NO_SYNC, acked: { 1: 1 } });
    await openEpoch(store, writer, 2, { epoch: 1, seq: 1 }, () => [opening]);
    const [, copy] = await eventsAfter(store, 2, 0);
    if (copy) await store.database.run((db) => db.put('events', { ...copy, body: copy.body.replace('note', 'n0te') }, [2, 2]));
    await openEpoch(store, writer, 3, { epoch: 2, seq: 0 }, () => [opening.replace('fork', 'damaged')]);
    const whole = (await eventsAfter(store, 3, 1)).map(({ body: text }) => text);
    expect(whole).toEqual(expect.arrayContaining(saved.slice(1).map(({ event }) => event.body)));
    expect(whole).not.toContain(saved[0]?.event.body);
  });

  it('L7: says what is whole nowhere, of every epoch, since the word of an earlier hole may itself be damaged', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    await saveFacts(store, writer, ['1', '2', '3'].map((text) => ({ body: note(text), blobs: [] })));
    await putMeta(store.database, 'sync', { ...NO_SYNC, acked: { 1: 1 } });
    const spoil = async (epoch: number, seq: number): Promise<void> => {
      const [event] = await eventsAfter(store, epoch, seq - 1);
      if (event) await store.database.run((db) => db.put('events', { ...event, event_id: 'gone', body: '?' }, [epoch, seq]));
    };
    const told: (readonly string[])[] = [];
    const open = (epoch: number, acked: { epoch: number; seq: number }): Promise<unknown> =>
      openEpoch(store, writer, epoch, acked, (_, __, lost) => {
        told.push(lost);
        return [opening.replace('"e"', `"${epoch}"`)];
      });
    await spoil(1, 2);
    await open(2, { epoch: 1, seq: 1 });
    await spoil(2, 1);
    await open(3, { epoch: 2, seq: 0 });
    expect(told).toEqual([['1/2'], ['1/2', '2/1']]);
  });

  it('L8: is opened once, and a fact saved meanwhile is in one of the two, or in both', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    await saveFacts(store, writer, [{ body: note('1'), blobs: [] }]);
    const late = note('late');
    await Promise.all([
      openEpoch(store, writer, 2, { epoch: 1, seq: 0 }, () => [opening]),
      saveFacts(store, writer, [{ body: late, blobs: [] }]),
      openEpoch(store, writer, 2, { epoch: 1, seq: 0 }, () => [opening]),
    ]);
    const second = await eventsAfter(store, 2, 0);
    expect(second.filter(({ kind }) => kind === 'log.opened')).toHaveLength(1);
    expect(second.filter(({ body: text }) => text === late)).toHaveLength(1);
    expect(await isChain(second)).toBe(true);
  });

  it('records again only what the log does not have', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    const saved = await saveFacts(store, writer, [{ body: note('1'), blobs: [] }, { body: note('2'), blobs: [] }]);
    await openEpoch(store, writer, 2, { epoch: 1, seq: 2 }, () => [opening]);
    const events = saved.map(({ event }) => event);
    await recordAgain(store, writer, [...events, ...events]);
    await recordAgain(store, writer, events);
    expect((await eventsAfter(store, 2, 0)).map(({ event_id }) => event_id).slice(1)).toEqual(events.map(({ event_id }) => event_id));
  });
});
