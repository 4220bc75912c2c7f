/** The drain over real storage code, where part of the log is damaged in both copies. */
import { describe, expect, it } from 'vitest';
import { eventsAfter, headOf, openEpoch, saveFacts } from '../db/facts';
import { NO_SYNC, putMeta } from '../db/meta';
import type { StoredEvent } from '../db/schema';
import { ZERO_HASH } from '../domain/log';
import { body, enrolHere, IDENTITY, MemoryFiles, note, openStore } from '../testing/evidence';
import { json, openOffice, publishing } from '../testing/office';
import { Drain } from './drain';
import type { SyncState } from './syncState';

const AT = '2026-11-22T09:30:00.000Z';
const signing = await openOffice();

interface Posted {
  readonly epoch: number;
  readonly events: readonly { seq: number; hash: string; body: string }[];
  readonly pending: { readonly events: number };
}

/** As much of a server as holds a log: S5, S6, S8, S16. */
class Office {
  readonly logs = new Map<number, { hash: string; body: string }[]>();
  given = 1;

  async answer({ epoch, events, pending }: Posted): Promise<object> {
    const log = this.logs.get(epoch) ?? [];
    this.logs.set(epoch, log);
    const results = events.map(({ seq, hash, body: text }) => {
      const fresh = seq === log.length + 1;
      if (fresh) log.push({ hash, body: text });
      const status = fresh ? 'accepted' : seq <= log.length ? 'duplicate' : 'gap';
      return { seq, hash, status, flags: [] };
    });
    const lacks = (events[0]?.seq ?? 0) > log.length + 1 && pending.events < (events.at(-1)?.seq ?? 0) - log.length;
    if (lacks) this.given += 1;
    const stored = results.some(({ status }) => status !== 'gap');
    return {
      server_epoch: 's1',
      server_time: AT,
      challenge: 'c',
      access_token: 't',
      acked_seq: log.length,
      results,
      blobs_wanted: [],
      manifest: null,
      jobs: [],
      more: false,
      directives: lacks ? [{ new_epoch: this.given }] : [],
      receipt: stored ? await signing.sign('doorstep-receipt-v1', 'tenant-1', 'device-1', epoch, log.length, log.at(-1)?.hash ?? ZERO_HASH, 's1', AT) : null,
    };
  }
}

async function damage(store: ReturnType<typeof openStore>, event: StoredEvent): Promise<void> {
  const torn = { ...event, body: event.body.replace('note', 'n0te') };
  await store.database.run((db) => db.put('events', torn, [event.epoch, event.seq]));
  for (const path of store.files?.files.keys() ?? []) if (path.startsWith(`ev/${event.epoch}-${event.seq}-`)) store.files?.files.delete(path);
}

/** Records `count` notes, damages those whose seq is named, and drains until nothing moves any more. */
async function drained(count: number, broken: readonly number[]): Promise<{ office: Office; bodies: string[]; state: SyncState; store: ReturnType<typeof openStore> }> {
  const store = openStore(undefined, new MemoryFiles());
  const { writer } = await enrolHere(store);
  const facts = Array.from({ length: count }, (_, at) => ({ body: note(`n${at + 1}`), blobs: [] }));
  const saved = await saveFacts(store, writer, facts);
  for (const { event } of saved) if (broken.includes(event.seq)) await damage(store, event);
  const office = new Office();
  let last: SyncState | null = null;
  const drain = new Drain({
    store,
    writer,
    identity: IDENTITY,
    public_key: async () => ({}),
    fetch: publishing(signing, async (_, init) => json(await office.answer(JSON.parse(String(init.body)) as Posted))),
    build: 'test',
    stamp: () => AT,
    now_ms: () => 1_000_000,
    after: () => () => undefined,
    random: () => 0.5,
    fold_v: 1,
    compose: (kind, data) => body(kind, data, null),
    onState: (state) => (last = state),
    onKept: () => undefined,
  });
  await drain.start();
  drain.feed({ type: 'lock', held: true });
  const seen = (): SyncState | null => last;
  await expect.poll(() => seen()?.waiting.length === 0 && !seen()?.busy && !seen()?.working && seen()?.last_ok_ms, { timeout: 5_000 }).toBeTruthy();
  drain.stop();
  return { office, bodies: saved.map(({ event }) => event.body), state: seen() as SyncState, store };
}

const kindsOf = (log: readonly { body: string }[] | undefined): string[] => (log ?? []).map(({ body: text }) => (JSON.parse(text) as { kind: string }).kind);

describe('S16: an event of which no copy is whole', () => {
  it('in the middle: what stands behind it goes on in an epoch that names the hole, unaltered and without it', async () => {
    const { office, bodies, state, store } = await drained(5, [3]);
    expect(office.logs.get(1)?.map(({ body: text }) => text)).toEqual(bodies.slice(0, 2));
    const [opened, lost, ...again] = office.logs.get(2) ?? [];
    expect(lost?.body).toContain('epoch/event 1/3');
    expect(again.map(({ body: text }) => text)).toEqual(bodies.slice(3));
    const { data } = JSON.parse(opened?.body ?? '{}') as { data: object };
    expect(data).toMatchObject({ prior_epoch: 1, prior_acked_seq: 2, reason: 'damaged' });
    expect(state).toMatchObject({ epoch: 2, acked_seq: 4, head_seq: 4, broken_seq: null });
    // The damaged one stays where it is: somebody may still read something of it.
    expect(await eventsAfter(store, 1, 2)).toHaveLength(3);
  });

  it('at the end: a report of the loss is recorded, so that something stands behind it', async () => {
    const { office, bodies } = await drained(3, [3]);
    expect(office.logs.get(1)?.map(({ body: text }) => text)).toEqual(bodies.slice(0, 2));
    expect(kindsOf(office.logs.get(2))).toEqual(['log.opened', 'storage.lost', 'storage.lost']);
    expect(office.logs.get(2)?.[1]?.body).toContain('epoch/event 1/3');
    expect(office.logs.get(2)?.[2]?.body).toContain('epoch 1, events 3 to 3');
  });

  it('all of them: the office hears of it', async () => {
    const { office, store } = await drained(2, [1, 2]);
    expect(office.logs.get(1)).toEqual([]);
    expect(kindsOf(office.logs.get(2))).toEqual(['log.opened', 'storage.lost', 'storage.lost']);
    expect((await headOf(store)).epoch).toBe(2);
  });
});

describe('L7: an order that comes late', () => {
  it('given for an epoch that another page has left behind, it forgets nothing of the present one', async () => {
    const store = openStore();
    const { writer } = await enrolHere(store);
    await saveFacts(store, writer, [1, 2, 3].map(() => ({ body: note(), blobs: [] })));
    const opening = (): readonly string[] => [body('log.opened', { prior_epoch: 1, prior_acked_seq: 0, prior_head: '0'.repeat(64), reason: 'fork' }, null)];
    await putMeta(store.database, 'sync', { ...NO_SYNC, acked: { 1: 1 } });
    await openEpoch(store, writer, 5, { epoch: 1, seq: 1 }, opening);
    const before = (await eventsAfter(store, 5, 0)).map(({ event_id }) => event_id);
    // Three events were acknowledged, but of epoch 1.
    await openEpoch(store, writer, 6, { epoch: 1, seq: 3 }, opening);
    expect((await eventsAfter(store, 6, 1)).map(({ event_id }) => event_id).sort()).toEqual(before.sort());
  });
});
