import { describe, expect, it } from 'vitest';
import { STAGES, type Stage } from '../domain/job';
import { acksAfter } from '../sync/keepReply';
import { NO_SYNC, type SyncMark } from './meta';
import { mayDelete, RETENTION_MS } from './retention';
import type { Snapshot, StoredEvent, StoredJob } from './schema';
import { lifetimeOf } from './sweep';

const SEQUENCES = 10_000;
const STEPS = 30;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JOBS = ['job-1', 'job-2', null] as const;
const CLOSED: readonly string[] = ['approved', 'sealed', 'cancelled'];

/** The same numbers for the same seed, in [0, 1). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A phone as its storage has it, and beside it what the office truly holds and since when. */
class Day {
  readonly #chance: () => number;
  events: StoredEvent[] = [];
  jobs = new Map<string, StoredJob>();
  receipts = new Map<string, string>();
  mark: SyncMark = { ...NO_SYNC, server_epoch: 's1' };
  /** By event_id and by blob: the office's clock when the phone was told that it is held, in this lineage. */
  held = new Map<string, number>();
  /** What the office's backup would bring back. */
  backup = new Set<string>();
  stages = new Map<string, Stage>();
  listed = new Set<string>();
  epoch = 1;
  lineage = 1;
  now_ms = Date.UTC(2026, 0, 1);
  #made = 0;

  constructor(seed: number) {
    this.#chance = chances(seed);
  }

  step(): void {
    const acts = [this.#save, this.#save, this.#acknowledge, this.#acknowledge, this.#receive, this.#receive, this.#snapshot, this.#leave, this.#wait, this.#wait, this.#reopen, this.#backUp, this.#restore];
    this.#one(acts).call(this);
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#chance() * list.length)] as T;
  }

  #here(): StoredEvent[] {
    return this.events.filter(({ epoch }) => epoch === this.epoch);
  }

  #append(fact: Pick<StoredEvent, 'event_id' | 'job_id' | 'blobs'>): void {
    const seq = this.#here().length + 1;
    this.events.push({ ...fact, schema: 1, device_id: 'd', epoch: this.epoch, seq, prev: '', hash: '', body: '', salt: '', sig: null, kind: '', at: '' });
  }

  #save(): void {
    this.#made += 1;
    const blobs = [`b${this.#made}`, `c${this.#made}`].slice(0, Math.floor(this.#chance() * 3));
    this.#append({ event_id: `e${this.#made}`, job_id: this.#one(JOBS), blobs });
  }

  /** The office answers: it holds a longer prefix of this epoch. */
  #acknowledge(): void {
    const before = this.mark.acked[String(this.epoch)] ?? 0;
    const seq = before + Math.floor(this.#chance() * (this.#here().length - before + 1));
    const server_time = new Date(this.now_ms).toISOString();
    for (const { event_id } of this.#here().slice(before, seq)) if (!this.held.has(event_id)) this.held.set(event_id, this.now_ms);
    this.mark = {
      ...this.mark,
      acked: { ...this.mark.acked, [String(this.epoch)]: seq },
      acks: acksAfter(this.mark.acks, { epoch: this.epoch, seq, server_time }),
      server_time,
    };
  }

  #receive(): void {
    const named = this.events.flatMap(({ blobs }) => blobs).filter((blob) => !this.receipts.has(blob));
    if (named.length === 0) return;
    const blob = this.#one(named);
    this.held.set(blob, this.now_ms);
    this.receipts.set(blob, new Date(this.now_ms).toISOString());
  }

  #snapshot(): void {
    const job_id = this.#one(['job-1', 'job-2']);
    const stage = this.#one(STAGES);
    const own_seq = this.mark.acked[String(this.epoch)] ?? 0;
    const snapshot = { job_id, rev: 1, own_seq, fold_v: 1, state: { stage }, people: {} } as unknown as Snapshot;
    this.jobs.set(job_id, { schema: 1, job_id, snapshot, unread: null, epoch: this.epoch, server_epoch: this.mark.server_epoch ?? '' });
    this.stages.set(job_id, stage);
    this.listed.add(job_id);
  }

  #leave(): void {
    const job_id = this.#one(['job-1', 'job-2']);
    this.jobs.delete(job_id);
    this.listed.delete(job_id);
  }

  #wait(): void {
    this.now_ms += Math.floor((this.#chance() - 0.05) * 12 * DAY_MS);
    // A clock that was set back: what was held before is held now.
    for (const [name, since] of this.held) this.held.set(name, Math.min(since, this.now_ms));
    if (this.#chance() < 0.7) this.mark = { ...this.mark, server_time: new Date(this.now_ms).toISOString() };
  }

  /** A new epoch has what was not acknowledged once more. */
  #reopen(): void {
    if (this.#chance() < 0.5) return;
    const left = this.#here().slice(this.mark.acked[String(this.epoch)] ?? 0);
    this.epoch += 1;
    for (const fact of left) this.#append(fact);
  }

  #backUp(): void {
    this.backup = new Set(this.held.keys());
  }

  /** The office is set back: what it held since the backup is gone, and it says so by another lineage. */
  #restore(): void {
    if (this.#chance() < 0.6) return;
    this.lineage += 1;
    const here = this.#here();
    const lost = here.findIndex(({ event_id }) => !this.backup.has(event_id));
    const seq = Math.min(lost < 0 ? here.length : lost, this.mark.acked[String(this.epoch)] ?? 0);
    this.held = new Map(here.slice(0, seq).map(({ event_id }) => [event_id, this.now_ms]));
    const server_time = new Date(this.now_ms).toISOString();
    this.receipts = new Map();
    this.mark = { ...NO_SYNC, server_epoch: `s${this.lineage}`, acked: { [String(this.epoch)]: seq }, acks: acksAfter([], { epoch: this.epoch, seq, server_time }), server_time };
  }

  deletable(): StoredEvent[] {
    return this.events.filter((event) => mayDelete(lifetimeOf(event, this.places(event), this.jobs, this.receipts, this.mark)));
  }

  places({ event_id }: StoredEvent): StoredEvent[] {
    return this.events.filter((event) => event.event_id === event_id);
  }

  /** Why it must not go, by what is true and not by what the phone noted. */
  against({ event_id, job_id, blobs }: StoredEvent): string | null {
    const since = [event_id, ...blobs].map((name) => this.held.get(name));
    if (since.includes(undefined)) return 'the office does not hold all of it';
    const over_ms = Math.max(...(since as number[])) + RETENTION_MS;
    if (Math.max(this.now_ms, Date.parse(this.mark.server_time ?? '')) < over_ms) return 'the window is not over';
    if (job_id !== null && this.listed.has(job_id) && !CLOSED.includes(this.stages.get(job_id) ?? '')) return 'the job is open';
    return null;
  }
}

describe('H63: the deletion predicate', () => {
  it(`lets go of nothing that may be needed, over ${SEQUENCES} random histories`, { timeout: 60_000 }, () => {
    let deleted = 0;
    for (let seed = 1; seed <= SEQUENCES; seed += 1) {
      const day = new Day(seed);
      for (let step = 0; step < STEPS; step += 1) {
        day.step();
        for (const event of day.deletable()) {
          const why = day.against(event);
          if (why !== null) expect.fail(`seed ${seed}, step ${step}, ${event.event_id}: ${why}`);
          deleted += 1;
        }
      }
    }
    // A predicate that never lets go would pass as well.
    expect(deleted).toBeGreaterThan(SEQUENCES / 10);
  });
});
