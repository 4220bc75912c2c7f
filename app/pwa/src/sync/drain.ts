/**
 * The engine: runs the machine's effects with the network, the key and the storage of this phone, one after the other.
 *
 * Requests run beside the queue of inputs, so that what is saved meanwhile is taken in at once; everything that writes is
 * waited for before the next effect. An effect that fails locally becomes the input `local_failed`.
 */
import { readBlob, readEvent } from '../db/blobs';
import { headOf, openEpoch, recordAgain, saveFacts, wholeOf } from '../db/facts';
import { getMeta, NO_SYNC, putMeta } from '../db/meta';
import { readOutbox } from '../db/outbox';
import { keepReceipt, voidBlobReceipts } from '../db/receipts';
import type { Head } from '../db/schema';
import { keepReply, standardsWanted } from './keepReply';
import { step } from './machine';
import { getStandard, headBlob, sendChunk, sendReadmit, sendSync, type Line, type Told } from './requests';
import { START, type Effect, type Input, type LogView, type SyncState } from './syncState';
import { blobReceiptFrom } from './wire';

export type KeptKind = 'acks' | 'jobs' | 'receipts' | 'standards' | 'events';

export interface DrainTools extends Omit<Line, 'token'> {
  readonly now_ms: () => number;
  /** Rings once, so much later; gives what calls it off. */
  readonly after: (ms: number, ring: () => void) => () => void;
  /** In [0, 1). */
  readonly random: () => number;
  /** The `fold_v` that this build knows. */
  readonly fold_v: number;
  /** The body of a fact about the device itself. */
  readonly compose: (kind: string, data: object) => string;
  /** After every step. */
  readonly onState: (state: SyncState) => void;
  /** After something was written that others show. */
  readonly onKept: (kind: KeptKind) => void;
}

export class Drain {
  readonly #tools: DrainTools;
  readonly #line: Line;
  #state: SyncState = START;
  #token: string | null = null;
  #read: { sha256: string; bytes: ArrayBuffer } | null = null;
  #callOff: () => void = () => undefined;
  #queue: Input[] = [];
  #pumping = false;
  #stopped = false;

  constructor(tools: DrainTools) {
    this.#tools = tools;
    this.#line = { ...tools, token: () => this.#token };
  }

  /** Read what waits, and begin as soon as the lock is held. */
  async start(): Promise<void> {
    const { store } = this.#tools;
    const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
    // On a full phone this fails. It is asked for again then, and what needs no new epoch, as photos, goes meanwhile.
    if (mark.opening) await this.#open(mark.opening).catch(() => undefined);
    const standards = await standardsWanted(store);
    this.feed({ type: 'boot', server_epoch: mark.server_epoch, standards, ...(await this.#log(undefined, null)) });
  }

  /** What blobs, pictures and this phone's condition are sent with; null before the first sync. */
  get token(): string | null {
    return this.#token;
  }

  /** Ends all effects; what is under way is forgotten, and boots again with the next start. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    this.#callOff();
  }

  feed(told: Told): void {
    if (this.#stopped) return;
    this.#queue.push({ ...told, now_ms: this.#tools.now_ms(), random: this.#tools.random() } as Input);
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (let input = this.#queue.shift(); input; input = this.#queue.shift()) {
      const [state, effects] = step(this.#state, input);
      this.#state = state;
      this.#tools.onState(state);
      for (const effect of effects) {
        // What follows a failure relied on it: the machine hears of the failure and decides anew.
        if (!(await this.#act(effect))) break;
      }
    }
    this.#pumping = false;
  }

  async #act(effect: Effect): Promise<boolean> {
    try {
      switch (effect.type) {
        case 'wait':
          this.#callOff();
          this.#callOff = this.#tools.after(effect.ms, () => this.feed({ type: 'timer' }));
          break;
        case 'send_sync':
          this.#request(sendSync(this.#line, effect));
          break;
        case 'head_blob':
          this.#request(headBlob(this.#line, effect.sha256));
          break;
        case 'send_chunk':
          this.#request(this.#bytes(effect.sha256).then((bytes) => sendChunk(this.#line, effect, bytes)));
          break;
        case 'readmit':
          this.#request(sendReadmit(this.#line));
          break;
        case 'get_standard':
          this.#request(getStandard(this.#line, effect.digest));
          break;
        default:
          await this.#local(effect);
      }
      return true;
    } catch {
      this.feed({ type: 'local_failed' });
      return false;
    }
  }

  #request(told: Promise<Told>): void {
    void told.then(
      (input) => {
        if (input.type === 'sync_reply') this.#token = input.reply.access_token;
        if (input.type === 'standard_kept') this.#tools.onKept('standards');
        this.feed(input);
      },
      () => this.feed({ type: 'local_failed' }),
    );
  }

  async #local(effect: Exclude<Effect, { type: 'wait' | 'send_sync' | 'readmit' | 'head_blob' | 'send_chunk' | 'get_standard' }>): Promise<void> {
    const { store, stamp, fold_v, onKept } = this.#tools;
    switch (effect.type) {
      case 'keep_reply': {
        await keepReply(store, { ...effect, at: stamp(), fold_v });
        const { jobs, manifest } = effect.reply;
        onKept('acks');
        if (jobs.length > 0 || manifest) {
          onKept('jobs');
          this.feed({ type: 'standards_wanted', digests: await standardsWanted(store) });
        }
        return;
      }
      case 'keep_challenge': {
        const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
        await putMeta(store.database, 'sync', { ...mark, challenge: effect.challenge });
        return;
      }
      case 'keep_blob_receipt': {
        await keepReceipt(store.database, 'blob', effect.sha256, effect.receipt, blobReceiptFrom(effect.receipt));
        this.#read = null;
        onKept('receipts');
        return;
      }
      case 'check_event':
        this.feed({ type: 'event_checked', seq: effect.seq, whole: (await readEvent(store, effect.epoch, effect.seq)) !== null });
        return;
      case 'check_blob':
        this.#read = null;
        this.feed({ type: 'blob_checked', sha256: effect.sha256, whole: (await readBlob(store, effect.sha256)) !== null });
        return;
      case 'look_for_blobs':
        await this.#lookFor(effect.sha256s);
        return;
      case 'report_hole':
        await this.#report(effect);
        this.feed({ type: 'log_read', ...(await this.#log(effect.acked_seq, effect.epoch)) });
        return;
      case 'read_log':
        this.feed({ type: 'log_read', ...(await this.#log(effect.acked_seq ?? undefined, effect.epoch)) });
        return;
      case 'open_epoch':
        await this.#open(effect);
        this.feed({ type: 'epoch_opened', ...(await this.#log(undefined, null)) });
        return;
      case 'record_older': {
        await this.#recordOlder(effect.epoch);
        return;
      }
    }
  }

  /** What waits, as storage has it. `acked_seq` counts in `epoch`; should the log have moved on, it says nothing. */
  async #log(acked_seq: number | undefined, epoch: number | null): Promise<LogView> {
    const first = await readOutbox(this.#tools.store, acked_seq);
    const outbox = epoch === null || first.epoch === epoch ? first : await readOutbox(this.#tools.store);
    const blobs = outbox.blobs.map((blob) => ({ ...blob, offset: null, failures: 0, retry_at_ms: 0, trouble: null }));
    return { epoch: outbox.epoch, acked_seq: outbox.acked_seq, head_seq: outbox.head_seq, waiting: outbox.events, blobs };
  }

  async #open({ epoch, prior_epoch, acked_seq, reason }: Omit<Extract<Effect, { type: 'open_epoch' }>, 'type'>): Promise<void> {
    const { store, writer, compose, onKept } = this.#tools;
    const opening = (before: Head, prior_acked_seq: number): string =>
      compose('log.opened', {
        prior_epoch: before.epoch,
        prior_acked_seq,
        prior_head: before.hash,
        reason,
      });
    await this.#mend(prior_epoch, acked_seq);
    await openEpoch(store, writer, epoch, { epoch: prior_epoch, seq: acked_seq }, opening);
    const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
    await putMeta(store.database, 'sync', { ...mark, opening: null });
    onKept('events');
  }

  /** What closed epochs hold goes on in the present one; of what is whole nowhere, the office is told. */
  async #recordOlder(epoch: number): Promise<void> {
    const { store, writer, compose, onKept } = this.#tools;
    const all = await store.database.run((db) => db.getAll('events'));
    for (const event of all) if (event.epoch < epoch) await readEvent(store, event.epoch, event.seq);
    const older = (await store.database.run((db) => db.getAll('events'))).filter((event) => event.epoch < epoch);
    const whole = await wholeOf(store, older);
    await recordAgain(store, writer, whole);
    const here = new Set([...whole, ...all.filter((event) => event.epoch === epoch)].map(({ event_id }) => event_id));
    const lost = older.filter(({ event_id }) => !here.has(event_id)).map((event) => `${event.epoch}/${event.seq}`);
    if (lost.length > 0) {
      const note = `epoch/event ${lost.join(', ')}`.slice(0, 1_000);
      await saveFacts(store, writer, [{ body: compose('storage.lost', { what: 'database', note }), blobs: [] }]);
    }
    onKept('events');
  }

  /** What is damaged in one copy is put right from the other, so that as much as can goes on in the new epoch. */
  async #mend(prior_epoch: number, acked_seq: number): Promise<void> {
    const { store } = this.#tools;
    const { epoch, seq: end } = await headOf(store);
    for (let seq = epoch === prior_epoch ? acked_seq + 1 : 1; seq <= end; seq += 1) await readEvent(store, epoch, seq);
  }

  /** What was acknowledged once, or recorded, and is now whole nowhere: the office is told which part of the log it was. */
  async #report({ epoch, from, to }: { epoch: number; from: number; to: number }): Promise<void> {
    const { store, writer, compose, onKept } = this.#tools;
    // Another page may have written meanwhile; then nothing is missing.
    for (let seq = from; seq <= to; seq += 1) if (await readEvent(store, epoch, seq)) return;
    const lost = compose('storage.lost', { what: 'database', note: `epoch ${epoch}, events ${from} to ${to}` });
    await saveFacts(store, writer, [{ body: lost, blobs: [] }]);
    onKept('events');
  }

  /** Blobs that the server wants and that were thought delivered. Their old receipts are void. */
  async #lookFor(sha256s: readonly string[]): Promise<void> {
    const { store, onKept } = this.#tools;
    await voidBlobReceipts(store.database, sha256s);
    const outbox = await readOutbox(store);
    const found = outbox.blobs.filter(({ sha256 }) => sha256s.includes(sha256));
    const missing = sha256s.filter((sha256) => !found.some((blob) => blob.sha256 === sha256));
    const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
    if (missing.length > 0) await putMeta(store.database, 'sync', { ...mark, missing: [...new Set([...mark.missing, ...missing])] });
    onKept('receipts');
    this.feed({ type: 'blobs_found', blobs: found.map((blob) => ({ ...blob, offset: null, failures: 0, retry_at_ms: 0, trouble: null })) });
  }

  /** The whole, verified bytes of the blob under way; read once for all its chunks. */
  async #bytes(sha256: string): Promise<ArrayBuffer | null> {
    if (this.#read?.sha256 === sha256) return this.#read.bytes;
    this.#read = null;
    const bytes = await readBlob(this.#tools.store, sha256);
    if (bytes) this.#read = { sha256, bytes };
    return bytes;
  }
}
