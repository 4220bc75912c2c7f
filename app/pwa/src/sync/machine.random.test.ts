/**
 * Seeded runs of the machine against a small model of the server, over a line that drops, cuts, doubles and delays.
 *
 * The oracle: in the end the server holds every event and every blob exactly once, in the phone's order, whole; and at no
 * moment did the phone let go of anything that the server did not hold. A failing seed is printed and becomes a named test.
 */
import { describe, expect, it } from 'vitest';
import { step } from './machine';
import { START, type Effect, type Input, type LogView, type ProblemSeen, type SyncState, type WaitingBlob, type WaitingEvent } from './syncState';
import type { SyncReply } from './wire';

const AT = '2026-11-22T09:30:00.000Z';
const HOUR_MS = 3_600_000;

type Told = Input extends infer I ? (I extends Input ? Omit<I, 'now_ms' | 'random'> : never) : never;

/** mulberry32: small, seeded, good enough to draw faults. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface PhoneEvent extends WaitingEvent {
  readonly event_id: string;
  readonly blob: WaitingBlob | null;
}

/** The phone's storage: nothing leaves it during a run. */
class Phone {
  epoch = 1;
  log: PhoneEvent[] = [];
  acked = 0;
  readonly receipts = new Set<string>();
  made = 0;

  record(random: () => number): PhoneEvent {
    this.made += 1;
    const seq = this.log.length + 1;
    const sha256 = this.made.toString(16).padStart(64, '0');
    const size = 1 + Math.floor(random() * 900_000);
    const rank = random() < 0.2 ? 0 : 1;
    const blob: WaitingBlob | null =
      random() < 0.4 ? { sha256, size, rank, epoch: this.epoch, seq, at: AT, offset: 0, failures: 0, retry_at_ms: 0, trouble: null } : null;
    const event: PhoneEvent = { seq, size: 400 + Math.floor(random() * 15_000), at: AT, event_id: `e${this.made}`, blob };
    this.log.push(event);
    return event;
  }

  view(): LogView {
    return {
      epoch: this.epoch,
      acked_seq: this.acked,
      head_seq: this.log.length,
      waiting: this.log.filter(({ seq }) => seq > this.acked),
      blobs: this.allBlobs().filter(({ sha256 }) => !this.receipts.has(sha256)),
    };
  }

  allBlobs(): WaitingBlob[] {
    return [...new Map([...this.older, ...this.log].flatMap(({ blob }) => (blob ? [[blob.sha256, blob] as const] : []))).values()];
  }

  older: PhoneEvent[] = [];

  server_epoch: string | null = null;

  recordOlder(): void {
    const here = new Set(this.log.map(({ event_id }) => event_id));
    for (const event of this.older) {
      if (here.has(event.event_id)) continue;
      here.add(event.event_id);
      const seq = this.log.length + 1;
      this.log.push({ ...event, seq, blob: event.blob ? { ...event.blob, epoch: this.epoch, seq } : null });
    }
  }

  openEpoch(epoch: number, acked_seq: number): void {
    const again = this.log.filter(({ seq }) => seq > acked_seq);
    this.older = [...this.older, ...this.log.filter(({ seq }) => seq <= acked_seq)];
    this.epoch = epoch;
    this.acked = 0;
    this.log = [{ seq: 1, size: 400, at: AT, event_id: `opened-${epoch}`, blob: null }];
    for (const event of again) {
      const seq = this.log.length + 1;
      this.log.push({ ...event, seq, blob: event.blob ? { ...event.blob, epoch, seq } : null });
    }
  }
}

/** What PROTOCOL asks of a server, as small as it can be said. */
class Server {
  readonly order: string[] = [];
  readonly held = new Map<number, string[]>();
  readonly blobs = new Map<string, { held: number; size: number; verified: boolean }>();
  readonly named = new Set<string>();
  private readonly blobOf = new Map<string, string>();
  epoch = 's1';
  batches = 0;

  sync(epoch: number, batch: readonly PhoneEvent[], directive: number | null): SyncReply {
    this.batches += 1;
    const log = this.held.get(epoch) ?? [];
    this.held.set(epoch, log);
    const results = batch.map(({ seq, event_id, blob }) => {
      const base = { seq, hash: '0'.repeat(64), flags: [] };
      if (seq <= log.length) return { ...base, status: 'duplicate' as const };
      if (seq > log.length + 1) return { ...base, status: 'gap' as const };
      log.push(event_id);
      if (!this.order.includes(event_id)) this.order.push(event_id);
      if (blob) this.blobOf.set(event_id, blob.sha256);
      if (blob) this.named.add(blob.sha256);
      return { ...base, status: 'accepted' as const };
    });
    return {
      server_epoch: this.epoch,
      server_time: AT,
      challenge: 'c',
      access_token: 't',
      acked_seq: log.length,
      results,
      blobs_wanted: [...this.named].filter((sha256) => !this.blobs.get(sha256)?.verified).slice(0, 200),
      manifest: null,
      jobs: [],
      more: false,
      directives: directive === null ? [] : [{ new_epoch: directive }],
      receipt: null,
    };
  }

  /** The backup is older than what was acknowledged since. */
  restore(random: () => number): void {
    this.epoch = `s${this.batches}`;
    for (const [epoch, log] of this.held) this.held.set(epoch, log.slice(0, Math.floor(random() * (log.length + 1))));
    const kept = new Set([...this.held.values()].flat());
    this.order.splice(0, this.order.length, ...this.order.filter((event_id) => kept.has(event_id)));
    for (const [sha256] of this.blobs) if (random() < 0.5) this.blobs.delete(sha256);
    this.named.clear();
    for (const event_id of kept) {
      const sha256 = this.blobOf.get(event_id);
      if (sha256) this.named.add(sha256);
    }
  }

  chunk(sha256: string, offset: number, length: number, size: number): Told {
    if (!this.named.has(sha256)) return { type: 'blob_problem', sha256, problem: problem(404, 'blob-not-named') };
    const blob = this.blobs.get(sha256) ?? { held: 0, size, verified: false };
    this.blobs.set(sha256, blob);
    if (!blob.verified) {
      if (offset !== blob.held) return { type: 'blob_problem', sha256, problem: problem(409, 'blob-offset', { offset: blob.held }) };
      blob.held += length;
      if (blob.held < size) return { type: 'blob_progress', sha256, offset: blob.held };
      blob.verified = true;
    }
    return { type: 'blob_receipt', sha256, receipt: { text: sha256, sig: 's', key_id: 'k' } };
  }
}

function problem(status: number, slug: string | null, more: Partial<ProblemSeen> = {}): ProblemSeen {
  return { status, slug, retry_after_s: null, challenge: null, seq: null, offset: null, acked_seq: null, server_epoch: null, ...more };
}

class Run {
  readonly phone = new Phone();
  readonly server = new Server();
  readonly faults: Record<string, number> = {};
  state: SyncState = START;
  now_ms = 1_000_000;
  timer_ms: number | null = null;
  requests = 0;
  private readonly queue: { at_ms: number; told: Told }[] = [];

  readonly random: () => number;
  trouble: number;
  private epochs = 1;

  constructor(random: () => number, trouble: number) {
    this.random = random;
    this.trouble = trouble;
  }

  feed(told: Told): void {
    const before = this.state;
    const [state, effects] = step(before, { ...told, now_ms: this.now_ms, random: this.random() } as Input);
    this.state = state;
    for (const effect of effects) this.act(effect);
    this.nothingDropped();
  }

  /** What the phone no longer counts as waiting, storage knows to be receipted. */
  private nothingDropped(): void {
    if (!this.state.booted || this.state.working) return;
    const waiting = new Set(this.state.waiting.map(({ seq }) => seq));
    const lost = this.phone.log.filter(({ seq }) => seq > this.phone.acked && !waiting.has(seq));
    const blobs = new Set(this.state.blobs.map(({ sha256 }) => sha256));
    const lostBlobs = this.phone.allBlobs().filter(({ sha256 }) => !this.phone.receipts.has(sha256) && !blobs.has(sha256));
    if (lost.length + lostBlobs.length > 0) throw new Error(`dropped ${lost.length} events and ${lostBlobs.length} blobs`);
  }

  private act(effect: Effect): void {
    switch (effect.type) {
      case 'wait':
        this.timer_ms = this.now_ms + effect.ms;
        return;
      case 'keep_reply':
        if (effect.epoch === this.phone.epoch) this.phone.acked = effect.acked_seq;
        this.phone.server_epoch = effect.reply.server_epoch;
        return;
      case 'record_older':
        this.phone.recordOlder();
        return;
      case 'keep_blob_receipt':
        this.phone.receipts.add(effect.sha256);
        return;
      case 'read_log':
        this.later({ type: 'log_read', ...this.phone.view(), acked_seq: effect.acked_seq });
        return;
      case 'open_epoch':
        this.phone.openEpoch(effect.epoch, effect.acked_seq);
        this.later({ type: 'epoch_opened', ...this.phone.view() });
        return;
      case 'look_for_blobs': {
        const found = this.phone.allBlobs().filter(({ sha256 }) => effect.sha256s.includes(sha256));
        for (const { sha256 } of found) this.phone.receipts.delete(sha256);
        this.feed({ type: 'blobs_found', blobs: found.map((blob) => ({ ...blob, offset: null })) });
        return;
      }
      case 'check_event':
        this.later({ type: 'event_checked', seq: effect.seq, whole: true });
        return;
      case 'check_blob':
        this.later({ type: 'blob_checked', sha256: effect.sha256, whole: true });
        return;
      case 'keep_challenge':
        return;
      default:
        this.request(effect);
    }
  }

  /** A request may be lost before the server, or its answer after it; the answer may come twice. */
  private request(effect: Effect): void {
    this.requests += 1;
    const fault = this.random() < this.trouble ? this.random() : 1;
    const lost = { type: 'network_failed', why: fault < 0.1 ? 'not_ours' : 'no_answer' } as const;
    if (fault < 0.35) return this.fault('lost before the server', lost, 30_000);
    if (fault < 0.45) return this.fault('refused', this.refusal(effect), 50);
    const answer = this.served(effect);
    if (fault < 0.8) return this.fault('answer lost', lost, 30_000);
    this.later(answer, 10 + this.random() * 2_000);
    if (fault < 1) this.fault('answer doubled', answer, 3_000);
  }

  private fault(name: string, told: Told, after_ms: number): void {
    this.faults[name] = (this.faults[name] ?? 0) + 1;
    this.later(told, after_ms);
  }

  private refusal(effect: Effect): Told {
    const any = [problem(500, 'internal'), problem(503, 'unavailable', { retry_after_s: 20 }), problem(429, 'too-many-requests')];
    const more = [problem(413, 'batch-too-large'), problem(401, 'challenge-stale', { challenge: 'n' }), problem(502, null)];
    const drawn = [...any, ...more][Math.floor(this.random() * 6)] ?? problem(500, 'internal');
    if (effect.type === 'send_sync') return { type: 'sync_problem', problem: drawn };
    const sha256 = 'sha256' in effect ? effect.sha256 : '';
    const token = this.random() < 0.3 ? problem(401, 'unauthenticated') : drawn;
    return { type: 'blob_problem', sha256, problem: token };
  }

  private served(effect: Effect): Told {
    if (effect.type === 'send_sync') {
      const batch = this.phone.log.filter(({ seq }) => seq >= effect.from && seq <= effect.to);
      if (batch.length > 50) throw new Error('S1');
      const directive = this.random() < this.trouble * 0.1 ? (this.epochs += 1) : null;
      return { type: 'sync_reply', reply: this.server.sync(effect.epoch, batch, directive), receipt_fits: true };
    }
    if (effect.type === 'head_blob') {
      const blob = this.server.blobs.get(effect.sha256);
      return { type: 'blob_head', sha256: effect.sha256, offset: blob?.held ?? 0 };
    }
    if (effect.type !== 'send_chunk') throw new Error(`unexpected ${effect.type}`);
    const whole = this.phone.allBlobs().find(({ sha256 }) => sha256 === effect.sha256);
    if (whole?.size !== effect.size || effect.offset + effect.length > effect.size) throw new Error('a chunk past the end');
    const cut = this.random() < this.trouble * 0.2;
    if (cut) return { type: 'blob_problem', sha256: effect.sha256, problem: problem(400, 'chunk-damaged') };
    return this.server.chunk(effect.sha256, effect.offset, effect.length, effect.size);
  }

  private later(told: Told, after_ms = 1): void {
    this.queue.push({ at_ms: this.now_ms + after_ms, told });
  }

  /** Boot again from what storage holds, as after a killed browser. Requests under way die with it. */
  reboot(): void {
    this.queue.length = 0;
    this.state = START;
    const view = this.phone.view();
    const blobs = view.blobs.map((blob) => ({ ...blob, offset: null }));
    this.feed({ type: 'boot', server_epoch: this.phone.server_epoch, standards: [], ...view, blobs });
    this.feed({ type: 'lock', held: true });
  }

  record(): void {
    const event = this.phone.record(this.random);
    this.feed({ type: 'saved', epoch: this.phone.epoch, events: [event], blobs: event.blob ? [event.blob] : [] });
  }

  /** Let the next thing happen. */
  tick(): void {
    this.queue.sort((a, b) => a.at_ms - b.at_ms);
    const next = this.queue[0];
    if (next && (this.timer_ms === null || next.at_ms <= this.timer_ms)) {
      this.queue.shift();
      this.now_ms = Math.max(this.now_ms, next.at_ms);
      this.feed(next.told);
      return;
    }
    this.now_ms = Math.max(this.now_ms, this.timer_ms ?? this.now_ms + 1);
    this.timer_ms = null;
    this.feed({ type: 'timer' });
  }
}

function play(seed: number): Run {
  const random = randomFrom(seed);
  const run = new Run(random, 0.15 + random() * 0.5);
  run.reboot();
  for (let turn = 0; turn < 400; turn += 1) {
    const drawn = random();
    if (drawn < 0.15) run.record();
    else if (drawn < 0.17) run.reboot();
    else if (drawn < 0.172) run.server.restore(random);
    else if (drawn < 0.2) run.feed({ type: drawn < 0.18 ? 'online' : drawn < 0.19 ? 'visible' : 'manual' });
    else if (drawn < 0.22) run.feed({ type: 'lock', held: random() < 0.7 });
    else run.tick();
  }
  // The line gets well; within the quiet of some hours everything has to arrive.
  run.trouble = 0;
  run.feed({ type: 'lock', held: true });
  const until_ms = run.now_ms + 3 * HOUR_MS;
  while (run.now_ms < until_ms) run.tick();
  return run;
}

describe('the machine against a model server', () => {
  const seeds = Array.from({ length: 60 }, (_, at) => at + 1);
  const seen: Record<string, number> = {};

  it.each(seeds)('seed %i: everything arrives exactly once and nothing is dropped', (seed) => {
    const run = play(seed);
    for (const [fault, count] of Object.entries(run.faults)) seen[fault] = (seen[fault] ?? 0) + count;
    const made = Array.from({ length: run.phone.made }, (_, at) => `e${at + 1}`);
    expect(run.server.order.filter((event_id) => !event_id.startsWith('opened')).sort()).toEqual(made.sort());
    for (const log of run.server.held.values()) expect(new Set(log).size).toBe(log.length);
    const blobs = run.phone.allBlobs();
    expect(blobs.filter(({ sha256, size }) => run.server.blobs.get(sha256)?.held !== size)).toEqual([]);
    expect(blobs.every(({ sha256 }) => run.server.blobs.get(sha256)?.verified)).toBe(true);
    expect(run.state).toMatchObject({ waiting: [], blobs: [], failures: 0 });
    // Quiet hours cost a poll every five minutes and not more.
    expect(run.requests).toBeLessThan(1_200);
  });

  it('the runs met every fault', () => {
    expect(Object.keys(seen).sort()).toEqual(['answer doubled', 'answer lost', 'lost before the server', 'refused']);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});
