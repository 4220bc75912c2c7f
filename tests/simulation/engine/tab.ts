/**
 * One page of the app, without its screens: the storage code, the key and the drain that ship, put together as `state/app.ts`
 * and `state/sending.ts` do. It can be frozen, and killed between any two operations.
 */
import { fileAll, mend } from '../../../app/pwa/src/db/blobs';
import type { Fact } from '../../../app/pwa/src/db/chain';
import { sha256 } from '../../../app/pwa/src/db/digest';
import { keepEnrolment, reclaim } from '../../../app/pwa/src/db/enrolment';
import type { EvidenceStore, Writer } from '../../../app/pwa/src/db/evidence';
import { saveFacts, takeUpLate } from '../../../app/pwa/src/db/facts';
import { readLate } from '../../../app/pwa/src/db/late';
import { getMeta, type Identity } from '../../../app/pwa/src/db/meta';
import { outboxBlob, outboxEvent } from '../../../app/pwa/src/db/outbox';
import { recover } from '../../../app/pwa/src/db/recover';
import type { StoredEvent } from '../../../app/pwa/src/db/schema';
import { sweep } from '../../../app/pwa/src/db/sweep';
import { boot, stamp } from '../../../app/pwa/src/device/clock';
import { keyOf, makeKey, publicJwk, sign, type DeviceKey } from '../../../app/pwa/src/device/key';
import { KINDS, type Json } from '../../../app/pwa/src/domain/events';
import { utf8 } from '../../../app/pwa/src/domain/log';
import { Drain } from '../../../app/pwa/src/sync/drain';
import { askToEnrol } from '../../../app/pwa/src/sync/enrol';
import type { Told } from '../../../app/pwa/src/sync/requests';
import { START, type SyncState } from '../../../app/pwa/src/sync/syncState';
import { GatedDatabase, GatedFiles, type Gate, type Trouble } from './disk';
import type { Phone } from './phone';

/** The `fold_v` of `state/jobs.ts`. */
const FOLD_V = 1;
/** As in state/late.ts. */
const LATE_AGAIN_MS = 15_000;

export class Tab implements Gate {
  readonly phone: Phone;
  readonly store: EvidenceStore;
  dead = false;
  state: SyncState = START;
  drain: Drain | null = null;
  identity: Identity | null = null;
  writer: Writer | null = null;
  /** Operations under way. */
  running = 0;
  #thawed: Promise<void> | null = null;
  #thaw: () => void = () => undefined;
  #ids = 0;
  #taking = false;

  constructor(phone: Phone) {
    this.phone = phone;
    this.store = {
      database: new GatedDatabase(phone.disk, this),
      files: new GatedFiles(phone.disk, this),
      filed: new Set(),
      exclusively: (name, work) => phone.locks.during(name, this, work),
      sha256,
      random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    };
  }

  get frozen(): boolean {
    return this.#thawed !== null;
  }

  freeze(): void {
    this.#thawed ??= new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#thawed = null;
    this.#thaw();
  }

  /** Everything in memory is gone; what is under way is never heard of. */
  kill(): void {
    this.dead = true;
    this.drain?.stop();
    this.phone.locks.forget(this);
    // The browser closes the connection of a page that is gone.
    void (this.store.database as GatedDatabase).close();
  }

  async enter(): Promise<Trouble> {
    await this.alive();
    this.running += 1;
    return this.phone.trouble();
  }

  async leave(): Promise<void> {
    this.running -= 1;
    await this.alive();
  }

  die(): Promise<never> {
    this.phone.crash();
    return new Promise(() => undefined);
  }

  /** Waits out a freeze; never returns in a dead page. */
  async alive(): Promise<void> {
    while (this.#thawed && !this.dead) await this.#thawed;
    if (this.dead) await new Promise(() => undefined);
  }

  /** As `boot` in state/app.ts. False when the key is gone and the phone has to be enrolled again. */
  async boot(): Promise<boolean> {
    const { outcome } = await recover(this.store);
    if (outcome !== 'kept') return false;
    const held = await getMeta(this.store.database, 'identity');
    const pair = await this.store.database.run((db) => db.get('keys', 'device'));
    if (!held || !pair) throw new Error('the identity went away during boot');
    await this.#begin(held, keyOf(pair));
    return true;
  }

  /** As `enrol` in state/app.ts. */
  async enrol(code: string): Promise<void> {
    const { database } = this.store;
    const key = await makeKey({
      put: async (pair) => void (await database.run((db) => db.put('keys', pair, 'next'))),
      get: async () => (await database.run((db) => db.get('keys', 'next'))) ?? null,
    });
    const request = { code, alg: key.alg, public_key: await publicJwk(key), label: 'Simulated', platform: 'node', proof: await sign(key, utf8(code)) };
    const asked = await askToEnrol(this.#fetch, request);
    if ('refused' in asked) throw new Error(`enrolment refused: ${asked.refused}`);
    await keepEnrolment(this.store, { ...asked, pair: key.pair });
    await this.#begin(asked.identity, key);
  }

  /** As `begin` in state/app.ts. */
  async #begin(who: Identity, key: DeviceKey): Promise<void> {
    const { store, phone } = this;
    this.identity = who;
    this.writer = { device_id: who.device_id, sign: (bytes) => sign(key, bytes) };
    this.drain = new Drain({
      store,
      writer: this.writer,
      identity: who,
      public_key: () => publicJwk(key),
      fetch: this.#fetch,
      build: 'engine',
      fold_v: FOLD_V,
      now_ms: () => phone.now_ms,
      after: (ms, ring) => phone.after(this, ms, ring),
      random: phone.draw.next,
      stamp: () => stamp(phone.now_ms),
      compose: (kind, data) => this.compose(kind, data),
      onState: (state) => {
        this.state = state;
      },
      onKept: (kind) => {
        if (kind === 'acks') void this.#afterContact();
      },
    });
    phone.locks.keep('drain', this, (held) => this.drain?.feed({ type: 'lock', held }));
    await reclaim(store, this.writer, (kind, data) => this.compose(kind, data));
    if (await getMeta(store.database, 'files_lost')) {
      await saveFacts(store, this.writer, [{ body: this.compose('storage.lost', { what: 'files' }), blobs: [] }]);
      await store.database.run((db) => db.delete('meta', 'files_lost'));
    }
    await this.#takeUp();
    await this.drain.start();
    void this.#keepWhole();
  }

  /** As state/late.ts: until the database takes what waits among the files alone. */
  async #takeUp(): Promise<void> {
    const { store, writer, phone } = this;
    if (!writer || this.#taking) return;
    this.#taking = true;
    try {
      for (const event of await takeUpLate(store, writer)) await this.#announce(event);
    } catch {
      // It still does not work.
    } finally {
      this.#taking = false;
    }
    const left = await readLate(store).catch(() => [null]);
    if (left.length > 0) phone.after(this, LATE_AGAIN_MS, () => void this.#takeUp());
  }

  /** As `keepWhole` in state/app.ts. */
  async #keepWhole(): Promise<void> {
    const { store } = this;
    const events = await store.database.run((db) => db.getAll('events')).catch(() => []);
    await fileAll(store, events).catch(() => 0);
    await mend(store, events).catch(() => []);
  }

  /** Take the lead from a tab that does not answer. */
  takeOver(): void {
    this.phone.locks.steal('drain', this, (held) => this.drain?.feed({ type: 'lock', held }));
  }

  feed(told: Told): void {
    if (!this.dead && !this.frozen) this.drain?.feed(told);
  }

  /** As `Attempt` in state/record.ts. */
  async save(fact: Fact, again: boolean): Promise<void> {
    if (!this.writer) throw new Error('not enrolled');
    const [saved] = await saveFacts(this.store, this.writer, [fact], again);
    if (!saved) throw new Error('nothing was saved');
    if (saved.late) this.phone.after(this, LATE_AGAIN_MS, () => void this.#takeUp());
    else void this.#announce(saved.event).catch(() => undefined);
  }

  /** As state/announce.ts, and what other tabs do about it. */
  async #announce(event: StoredEvent): Promise<void> {
    const waiting = await Promise.all(event.blobs.map((name) => outboxBlob(this.store, event, name)));
    const blobs = waiting.map((blob) => ({ ...blob, offset: 0, failures: 0, retry_at_ms: 0, trouble: null }));
    for (const tab of this.phone.tabs) {
      tab.feed({ type: 'saved', epoch: event.epoch, events: [outboxEvent(event)], blobs });
      if (tab !== this) void tab.#noteFiled().catch(() => undefined);
    }
  }

  async #noteFiled(): Promise<void> {
    for (const folder of ['ev', 'bl'] as const) {
      for (const name of (await this.store.files?.names(folder)) ?? []) this.store.filed.add(`${folder}/${name}`);
    }
  }

  compose(kind: string, data: object, job_id: string | null = null): string {
    const { phone } = this;
    const event_id = phone.newId(phone.now_ms, (this.#ids += 1));
    const at = stamp(phone.now_ms);
    const actor = this.identity?.user.id ?? '';
    const kv = KINDS[kind]?.kv ?? 1;
    return JSON.stringify({ v: 1, event_id, job_id, kind, kv, at, mono_ms: 1, boot, seen: { rev: 0 }, actor, where: null, data: data as Json });
  }

  /** As `afterContact` in state/sending.ts. */
  async #afterContact(): Promise<void> {
    void this.#takeUp();
    await sweep(this.store).catch(() => 0);
  }

  readonly #fetch = async (address: string, init: RequestInit): Promise<Response> => {
    await this.alive();
    this.running += 1;
    try {
      return await this.phone.line.fetch(address, init);
    } finally {
      this.running -= 1;
      await this.alive();
    }
  };
}

