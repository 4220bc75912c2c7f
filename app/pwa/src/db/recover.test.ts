import { describe, expect, it, vi } from 'vitest';
import { ZERO_HASH } from '../domain/log';
import { body, enrolHere, IDENTITY, MemoryFiles, note, openStore, photo } from '../testing/evidence';
import { fileAll, readBlob, readEvent } from './blobs';
import { chained, readFact } from './chain';
import { digestOf } from './digest';
import { reclaim } from './enrolment';
import { copiesOf, eventFile, type EvidenceStore } from './evidence';
import { encoded, eventsAfter, headOf, saveFacts } from './facts';
import { getMeta } from './meta';
import { recover } from './recover';
import { STORES } from './schema';

const compose = (kind: string, data: object): string => body(kind, data, null);

/** A phone with two notes and a photo saved. */
async function worked(name: string): Promise<{ files: MemoryFiles; sha256: string; bodies: string[] }> {
  const files = new MemoryFiles();
  const store = openStore(name, files);
  const { writer } = await enrolHere(store);
  const taken = await photo(9);
  const saved = await saveFacts(store, writer, [
    { body: note('1'), blobs: [] },
    { body: taken.body, blobs: [taken.bytes] },
    { body: note('3'), blobs: [] },
  ]);
  await store.database.close();
  return { files, sha256: taken.sha256, bodies: saved.map(({ event }) => event.body) };
}

async function change(store: EvidenceStore, work: (name: string, objects: IDBObjectStore) => void): Promise<void> {
  await store.database.run(async (db) => {
    const tx = db.transaction(STORES, 'readwrite');
    for (const name of STORES) work(name, tx.objectStore(name) as unknown as IDBObjectStore);
    await tx.done;
  });
}

describe('boot holds the two copies against each other', () => {
  it('nobody was here', async () => {
    expect(await recover(openStore())).toEqual({ outcome: 'new', events: 0, blobs: 0 });
  });

  it('all is as it was', async () => {
    const { files } = await worked('as-it-was');
    const store = openStore('as-it-was', files);
    expect(await recover(store)).toEqual({ outcome: 'kept', events: 0, blobs: 0 });
    expect(copiesOf(store, (await eventsAfter(store, 1, 1))[0] as never)).toBe(2);
  });

  it('an empty database beside full files is a loss, not a new phone: all comes back under the next key', async () => {
    const { files, sha256, bodies } = await worked('was-here');
    const store = openStore('empty-instead', files);
    expect(await recover(store)).toEqual({ outcome: 'lost', events: 3, blobs: 1 });
    // A kill before enrolment changes nothing about it.
    expect(await recover(store)).toMatchObject({ outcome: 'lost', events: 3 });
    expect(await getMeta(store.database, 'former')).toMatchObject({ identity: IDENTITY, epoch: 1 });
    const { writer } = await enrolHere(store, 'device-2');
    await reclaim(store, writer, compose);
    const events = await eventsAfter(store, 1, 0);
    expect(events.map(({ kind }) => kind)).toEqual(['storage.lost', 'log.opened', 'note.added', 'photo.captured', 'note.added']);
    expect(events.slice(2).map(({ body: text }) => text)).toEqual(bodies);
    expect(events.every(({ device_id }) => device_id === 'device-2')).toBe(true);
    expect((await readBlob(store, sha256))?.byteLength).toBe(2_000);
    // Neither the next boot nor a repeat records them once more.
    await reclaim(store, writer, compose);
    expect(await recover(store)).toEqual({ outcome: 'kept', events: 0, blobs: 0 });
    expect(await eventsAfter(store, 1, 0)).toHaveLength(5);
  });

  it('a kill in the middle of recording again records nothing twice', async () => {
    const { files } = await worked('killed-reclaim');
    const store = openStore('killed-reclaim-2', files);
    await recover(store);
    const { writer } = await enrolHere(store, 'device-2');
    const waiting = await store.database.run((db) => db.getAll('recovered'));
    await saveFacts(store, writer, [{ body: waiting[0]?.body ?? '', blobs: [] }]);
    await reclaim(store, writer, compose);
    const ids = (await eventsAfter(store, 1, 0)).map(({ event_id }) => event_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(5);
  });

  it('the key alone is gone: the events wait for the next enrolment', async () => {
    const { files, bodies } = await worked('no-key');
    const store = openStore('no-key', files);
    await change(store, (name, objects) => void (name === 'keys' && objects.clear()));
    expect(await recover(store)).toMatchObject({ outcome: 'lost', events: 3 });
    const { writer } = await enrolHere(store, 'device-2');
    await reclaim(store, writer, compose);
    expect((await eventsAfter(store, 1, 2)).map(({ body: text }) => text)).toEqual(bodies);
  });

  it('the last transactions are gone: events, blob and head come back from the files', async () => {
    const { files, bodies } = await worked('rolled-back');
    const store = openStore('rolled-back', files);
    const [first] = await eventsAfter(store, 1, 0);
    await change(store, (name, objects) => {
      if (name === 'events') for (const seq of [2, 3]) objects.delete([1, seq]);
      if (name === 'blobs') objects.clear();
      if (name === 'meta') objects.put({ epoch: 1, seq: 1, hash: first?.hash }, 'head');
    });
    expect(await recover(store)).toEqual({ outcome: 'kept', events: 2, blobs: 1 });
    expect((await eventsAfter(store, 1, 0)).map(({ body: text }) => text)).toEqual(bodies);
    expect((await headOf(store)).seq).toBe(3);
  });

  it('the files are gone: they are written again, and that is noted for the office', async () => {
    await worked('no-files-left');
    const files = new MemoryFiles();
    const store = openStore('no-files-left', files);
    expect(await recover(store)).toEqual({ outcome: 'kept', events: 0, blobs: 0 });
    expect(await getMeta(store.database, 'files_lost')).toBe(true);
    expect(await fileAll(store, await eventsAfter(store, 1, 0))).toBe(4);
    expect(await recover(store)).toMatchObject({ outcome: 'kept' });
  });

  it('a torn file is no event, and does not keep the next one from its place', async () => {
    const { files } = await worked('torn');
    const whole = [...files.files.entries()].find(([path]) => path.startsWith('ev/1-3-'));
    files.files.set(`ev/1-4-${'c'.repeat(64)}.json`, (whole?.[1] ?? new ArrayBuffer(0)).slice(0, 40));
    files.files.set(`bl/${'d'.repeat(64)}`, new ArrayBuffer(7));
    const store = openStore('torn', files);
    expect(await recover(store)).toEqual({ outcome: 'kept', events: 0, blobs: 0 });
    expect(await store.database.run((db) => db.count('blobs'))).toBe(1);
  });

  it('files that cannot be read now are no proof of a loss', async () => {
    const { files } = await worked('unreadable');
    const names = files.names.bind(files);
    files.names = () => Promise.reject(new Error('busy'));
    const store = openStore('unreadable', files);
    expect(await recover(store)).toMatchObject({ outcome: 'kept' });
    expect(await getMeta(store.database, 'files_lost')).toBeNull();
    files.names = names;
  });
});

describe('reading', () => {
  it('a changed byte in one copy is found, and put right from the other', async () => {
    const { files, sha256 } = await worked('flipped');
    const store = openStore('flipped', files);
    await recover(store);
    await change(store, (name, objects) => void (name === 'blobs' && objects.put(new ArrayBuffer(2_000), sha256)));
    expect(await digestOf((await readBlob(store, sha256)) as ArrayBuffer)).toBe(sha256);
    files.files.delete(`bl/${sha256}`);
    expect(await digestOf((await readBlob(store, sha256)) as ArrayBuffer)).toBe(sha256);
  });

  it('an event that is no JSON any more is put right from its file at the start, before any screen reads it', async () => {
    const { files, bodies } = await worked('torn');
    const store = openStore('torn', files);
    const [first] = await eventsAfter(store, 1, 0);
    await change(store, (name, objects) => void (name === 'events' && objects.put({ ...first, body: first?.body.slice(0, 99) }, [1, 1])));
    expect(await recover(store)).toMatchObject({ outcome: 'kept' });
    expect((await eventsAfter(store, 1, 0)).map(({ body }) => body)).toEqual(bodies);
  });

  it('a file whose content is not what its name says is no copy of an event', async () => {
    const { files } = await worked('file-changed');
    const store = openStore('file-changed', files);
    await recover(store);
    const [first] = await eventsAfter(store, 1, 0);
    if (!first) throw new Error('nothing was saved');
    await change(store, (name, objects) => void (name === 'events' && objects.delete([1, 1])));
    files.files.set(`ev/${eventFile(first)}`, new TextEncoder().encode(JSON.stringify({ ...first, body: first.body.replace('"v":1', '"v":7') })).buffer);
    expect(await readEvent(store, 1, 1)).toBeNull();
  });

  it('a record that was changed is not written over its good file by a page that could not read the files', async () => {
    const { files, bodies } = await worked('not-over');
    const store = openStore('not-over', files);
    const [first] = await eventsAfter(store, 1, 0);
    const damaged = { ...first, body: '{}' };
    await change(store, (name, objects) => void (name === 'events' && objects.put(damaged, [1, 1])));
    await fileAll(store, await eventsAfter(store, 1, 0));
    const [path] = [...files.files.keys()].filter((name) => name.startsWith('ev/1-1-'));
    expect(JSON.parse(new TextDecoder().decode(files.files.get(path ?? '')))).toMatchObject({ body: bodies[0] });
    expect((await readEvent(store, 1, 1))?.body).toBe(bodies[0]);
  });

  it.each([
    ['of a log whose key was lost', true],
    ['of an event that was taken back', false],
  ])('the file %s does not take the place of an event that the database does not give', async (_, foreign) => {
    const { files, bodies } = await worked('same-place');
    const store = openStore('same-place', files);
    await recover(store);
    const [first, second] = await eventsAfter(store, 1, 0);
    if (!first || !second) throw new Error('nothing was saved');
    const writer = { device_id: foreign ? 'd-other' : first.device_id, sign: () => Promise.resolve('') };
    const [other] = await chained(store, writer, { epoch: 1, seq: 0, hash: ZERO_HASH }, [readFact(second.body)]);
    if (!other) throw new Error('nothing was made');
    // In front of the right one.
    const before = [...files.files];
    files.files.clear();
    for (const [path, bytes] of [[`ev/${eventFile(other)}`, encoded(other)] as const, ...before]) files.files.set(path, bytes);
    const giving = vi.spyOn(store.database, 'run').mockRejectedValueOnce(new DOMException('not now', 'DataError'));
    expect((await readEvent(store, 1, 1))?.body).toBe(bodies[0]);
    giving.mockRestore();
    expect((await eventsAfter(store, 1, 0))[0]?.body).toBe(bodies[0]);
    await change(store, (name, objects) => void (name === 'events' && objects.delete([1, 1])));
    expect((await readEvent(store, 1, 1))?.body).toBe(bodies[0]);
  });

  it('damaged in both copies it is nothing, and the others are not touched', async () => {
    const { files, sha256 } = await worked('both');
    const store = openStore('both', files);
    await recover(store);
    await change(store, (name, objects) => void (name === 'blobs' && objects.put(new ArrayBuffer(9), sha256)));
    files.files.set(`bl/${sha256}`, new ArrayBuffer(9));
    expect(await readBlob(store, sha256)).toBeNull();
    expect(await readEvent(store, 1, 2)).not.toBeNull();
  });

  it('an event that was changed in the database is read from its file', async () => {
    const { files, bodies } = await worked('event-changed');
    const store = openStore('event-changed', files);
    await recover(store);
    const [first] = await eventsAfter(store, 1, 0);
    await change(store, (name, objects) => void (name === 'events' && objects.put({ ...first, body: '{}' }, [1, 1])));
    expect((await readEvent(store, 1, 1))?.body).toBe(bodies[0]);
    // The good copy was put back, so that there are two again.
    expect((await eventsAfter(store, 1, 0))[0]?.body).toBe(bodies[0]);
    await change(store, (name, objects) => void (name === 'events' && objects.put({ ...first, body: '{}' }, [1, 1])));
    files.files.delete(`ev/${first ? eventFile(first) : ''}`);
    expect(await readEvent(store, 1, 1)).toBeNull();
  });
});
