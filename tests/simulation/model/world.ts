/** One schedule from one seed: some days of a few phones and their server, with everything that can go wrong; then quiet. */
import { Draw } from '../engine/draw';
import { Crash } from './disk';
import { isWhole } from './event';
import { misfortune } from './misfortune';
import { Line } from './line';
import { Oracle, type Verdict } from './oracle';
import { Phone } from './phone';
import { Server, type Database } from './server';
import type { Tab } from './tab';
import type { Trace } from './trace';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 22, 8);
/** The quiet in which everything has to arrive. */
const QUIET_MS = 6 * HOUR_MS;
const EVENTS_MAX = 60_000;

interface Coming {
  readonly at_ms: number;
  readonly order: number;
  readonly run: () => void;
}

export class World {
  readonly draw: Draw;
  readonly began_ms = START_MS;
  now_ms = START_MS;
  readonly phones: Phone[] = [];
  readonly server = new Server(() => this.now_ms);
  readonly line = new Line(this);
  readonly oracle = new Oracle(this);
  readonly trace: Trace | null;
  readonly met: Record<string, number> = {};
  readonly backups: { readonly at_ms: number; readonly db: Database }[] = [];
  crashing = true;
  healed = false;
  down = false;
  requests = 0;
  private order = 0;
  private coming: Coming[] = [];

  readonly seed: number;

  constructor(seed: number, trace: Trace | null = null) {
    this.seed = seed;
    this.draw = new Draw(seed);
    this.trace = trace;
    trace?.begin(this.server);
  }

  stamp(): string {
    return new Date(this.now_ms).toISOString();
  }

  faults(name: string): void {
    this.met[name] = (this.met[name] ?? 0) + 1;
  }

  after(ms: number, run: () => void): void {
    this.order += 1;
    this.coming.push({ at_ms: this.now_ms + ms, order: this.order, run });
  }

  /** Called after each step of a page. */
  watch(tab: Tab, told: { readonly type: string }): void {
    const { state } = tab;
    if (state.booted && !state.working && state.waiting.some(({ seq }) => seq <= state.acked_seq)) this.oracle.why.push(`${told.type}: acknowledged and waiting`);
  }

  /** Lets time pass. */
  pass(ms: number, done: () => boolean = () => false): void {
    const until_ms = this.now_ms + ms;
    for (let count = 0; count < EVENTS_MAX; count += 1) {
      const next = this.nextComing();
      if (!next || next.at_ms > until_ms) {
        this.now_ms = until_ms;
        return;
      }
      this.coming.splice(this.coming.indexOf(next), 1);
      this.now_ms = Math.max(this.now_ms, next.at_ms);
      this.guarded(next.run);
      if (done()) return;
    }
    this.oracle.why.push('it never comes to rest');
  }

  private nextComing(): Coming | null {
    let first: Coming | null = null;
    for (const each of this.coming) if (!first || each.at_ms < first.at_ms || (each.at_ms === first.at_ms && each.order < first.order)) first = each;
    return first;
  }

  /** A browser that is killed while it writes takes all its pages with it. */
  guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.faults('killed while writing');
      for (const phone of this.phones) if (phone === error.phone) phone.die();
    }
  }

  play(steps: number): Verdict {
    const count = 1 + this.draw.below(3);
    for (let at = 1; at <= count; at += 1) {
      const phone = new Phone(this, `u${at}`);
      this.phones.push(phone);
      phone.boot();
    }
    misfortune.jobs(this);
    for (let step = 0; step < steps; step += 1) misfortune.happens(this);
    return this.quiet();
  }

  /** All faults end. Everybody opens the app, and within some hours everything has arrived. */
  private quiet(): Verdict {
    this.healed = true;
    this.crashing = false;
    this.down = false;
    for (const phone of this.phones) {
      phone.disk.full = { db: false, files: false };
      phone.thaw();
      if (phone.tabs.length === 0) phone.boot();
    }
    const since_ms = this.now_ms;
    const begun = new Map(this.phones.map((phone) => [phone, phone.clock()]));
    const rest = (): boolean => this.phones.every((phone) => phone.tabs.some((tab) => this.isAtRest(tab, begun.get(phone) ?? 0)));
    this.pass(QUIET_MS, rest);
    const verdict = this.oracle.verdict();
    if (!rest()) {
      verdict.why.push(`not at rest after ${Math.round((this.now_ms - since_ms) / 60_000)} minutes: ${this.unrest()}`);
    }
    return verdict;
  }

  private isAtRest({ state, phone }: Tab, since_ms: number): boolean {
    if (!state.leads || state.busy || state.working || state.waiting.length > 0 || state.failures > 0 || state.stale) return false;
    // What is in the log, and this page was not told of, it has to find there; a whole epoch that an older page began, too.
    if (state.epoch !== phone.disk.db.head.epoch || state.head_seq < phone.disk.db.head.seq) return false;
    // An answer from before the restore may have come after it.
    if (state.server_epoch !== this.server.lineage) return false;
    // What no copy is whole of can go nowhere, nor can a photo whose event is whole on neither side: it is not offered any more.
    const going = state.blobs.filter(({ sha256, trouble }) => !this.oracle.isNowhere(sha256) && (trouble !== 'blob-unnamed' || this.isWanted(phone, sha256)));
    return going.length === 0 && state.last_ok_ms !== null && state.last_ok_ms >= since_ms && !state.pull;
  }

  /** What the server has whole, and only the receipt is missing, is asked for by hand or at the next start. */
  private isWanted(phone: Phone, sha256: string): boolean {
    return this.isNamed(phone, sha256) && !this.server.db.blobs.get(sha256)?.verified;
  }

  private isNamed(phone: Phone, sha256: string): boolean {
    const id = sha256.slice('blob-'.length);
    if (!this.oracle.harmed.has(id) || this.server.isNamed(phone.disk.db.device_id ?? '', sha256)) return true;
    return phone.disk.all().some((event) => event.event_id === id && isWhole(event));
  }

  private unrest(): string {
    return this.phones
      .map(({ tabs }) => tabs.map(({ state: { busy, working, waiting, blobs, failures, last_error, next_try_ms, pull, leads, acked_seq, head_seq } }) => JSON.stringify({ busy, working, waiting: waiting.length, blobs, failures, last_error, next_try_ms, pull, leads, acked_seq, head_seq })).join())
      .join(' / ');
  }
}
