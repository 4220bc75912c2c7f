/**
 * The engine: runs the machine's effects with the network, the key and the storage of this phone, one after the other.
 *
 * Requests run beside the queue of inputs, so that what is saved meanwhile is taken in at once; everything that writes is
 * waited for before the next effect. An effect that fails locally becomes the input `local_failed`.
 */
import { isNamed, readBlob, readEvent } from '../db/blobs';
import { getMeta, NO_SYNC, putMeta } from '../db/meta';
import { readOutbox, type OutboxBlob } from '../db/outbox';
import { keepReceipt } from '../db/receipts';
import { keepReply, standardsWanted } from './keepReply';
import { step } from './machine';
import { getStandard, headBlob, sendChunk, sendReadmit, sendSync, type Line, type Told } from './requests';
import { START, type Effect, type Input, type LogView, type SyncState, type WaitingBlob } from './syncState';
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

/** Standards that are fetched beside the one whose turn it is. */
const AHEAD_MAX = 5;

export class Drain {
  readonly #tools: DrainTools;
  readonly #line: Line;
  #state: SyncState = START;
  #token: string | null = null;
  readonly #ahead = new Map<string, Promise<Told>>();
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
          this.#request(this.#standard(effect.digest, effect.others));
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

  /** On a slow line it is the waiting that takes long, so those that are wanted next are asked for at the same time. */
  #standard(digest: string, others: readonly string[]): Promise<Told> {
    for (const wanted of [digest, ...others.slice(0, AHEAD_MAX)]) {
      if (this.#ahead.has(wanted)) continue;
      const told = getStandard(this.#line, wanted);
      this.#ahead.set(wanted, told);
      // What failed is asked for anew when its turn comes.
      void told.then(({ type }) => type === 'standard_kept', () => false).then((kept) => kept || this.#ahead.delete(wanted));
    }
    const told = this.#ahead.get(digest) ?? getStandard(this.#line, digest);
    this.#ahead.delete(digest);
    return told;
  }

  #request(told: Promise<Told>): void {
    void told.then(
      (input) => {
        if (input.type === 'sync_reply') this.#token = input.reply.access_token ?? this.#token;
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
        this.feed({ type: 'blob_checked', sha256: effect.sha256, whole: (await readBlob(store, effect.sha256)) !== null, named: await isNamed(store, effect.sha256) });
        return;
      case 'look_for_blobs': {
        const { wantedAgain } = await import('./renew');
        const found = await wantedAgain(this.#tools, effect.sha256s);
        onKept('receipts');
        this.feed({ type: 'blobs_found', blobs: found.map(untried) });
        return;
      }
      case 'report_hole':
        await (await import('./renew')).reportHole(this.#tools, effect);
        onKept('events');
        this.feed({ type: 'log_read', ...(await this.#log(effect.acked_seq, effect.epoch)) });
        return;
      case 'read_log':
        this.feed({ type: 'log_read', ...(await this.#log(effect.acked_seq ?? undefined, effect.epoch)) });
        return;
      case 'open_epoch':
        await this.#open(effect);
        this.feed({ type: 'epoch_opened', ...(await this.#log(undefined, null)) });
        return;
      case 'record_older':
        await (await import('./renew')).recordOlder(this.#tools, effect.epoch);
        onKept('events');
        return;
    }
  }

  async #open(given: Omit<Extract<Effect, { type: 'open_epoch' }>, 'type'>): Promise<void> {
    await (await import('./renew')).openGiven(this.#tools, given);
    this.#tools.onKept('events');
  }

  /** What waits, as storage has it. `acked_seq` counts in `epoch`; should the log have moved on, it says nothing. */
  async #log(acked_seq: number | undefined, epoch: number | null): Promise<LogView> {
    const first = await readOutbox(this.#tools.store, acked_seq);
    const outbox = epoch === null || first.epoch === epoch ? first : await readOutbox(this.#tools.store);
    const blobs = outbox.blobs.map(untried);
    return { epoch: outbox.epoch, acked_seq: outbox.acked_seq, head_seq: outbox.head_seq, waiting: outbox.events, blobs };
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

function untried(blob: OutboxBlob): WaitingBlob {
  return { ...blob, offset: null, failures: 0, retry_at_ms: 0, trouble: null };
}
