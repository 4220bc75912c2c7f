/**
 * One seed, one schedule: phones that record, send, die, lose and damage storage over a bad line; then everything heals, and
 * what was shown as saved has to be at the office. The office is asked by `engine.py`, which has its database.
 */
import { FactInvalid, type Fact } from '../../../app/pwa/src/db/chain';
import { readBlob, readEvent } from '../../../app/pwa/src/db/blobs';
import { StorageFailed } from '../../../app/pwa/src/db/errors';
import { readOutbox } from '../../../app/pwa/src/db/outbox';
import { emptyDatabase, hurtDatabase, hurtFiles } from './damage';
import { Draw } from './draw';
import { makeFact } from './facts';
import { FaultyLine, type Way } from './line';
import { Phone } from './phone';
import type { Tab } from './tab';

export interface Task {
  readonly seed: number;
  /** Codes of each phone: one to begin with, others for when its key is lost. */
  readonly phones: readonly { readonly codes: string[] }[];
  readonly job_ids: readonly string[];
  readonly now_ms: number;
}

/** `saved`: shown as *On this phone*. `refused`: shown as *Not saved!*. `unknown`: the phone died meanwhile. */
export type Said = 'saved' | 'refused' | 'unknown';

export interface Told {
  readonly event_id: string;
  readonly body: string;
  readonly blobs: readonly { readonly sha256: string; readonly size: number }[];
  readonly said: Said;
}

/** The store that may be hurt in this schedule; the other one then stays whole. */
type Victim = 'database' | 'files' | 'none';

type Action = 'save' | 'pass' | 'nudge' | 'crash' | 'plan' | 'tabs' | 'room' | 'hurt' | 'empty';

const HEALED_WITHIN_MS = 3 * 3_600_000;
/** More alarms than that in a healthy world, and the machine turns in a circle. */
const ALARMS_MAX = 400;
/** Of real time, for one stage. */
const HANGS_AFTER_MS = 300_000;
const BOOT_TRIES = 6;
const FIRST_TRIES = 2;
const PASSES_MS = [300, 5_000, 60_000, 900_000];

class Player {
  readonly phone: Phone;
  readonly job_ids: readonly string[];
  readonly victim: Victim;
  readonly told: Told[] = [];
  readonly faults: Record<string, number> = {};
  readonly #photos: ArrayBuffer[] = [];
  #doing = 'begin';

  constructor(phone: Phone, job_ids: readonly string[]) {
    this.phone = phone;
    this.job_ids = job_ids;
    this.victim = phone.draw.weighed({ database: 2, files: 2, none: 1 });
  }

  /** Enrol on a good day; a machine that stands still for long may make the first try look like a dead line. */
  async begin(): Promise<void> {
    for (let tries = 0; !(await this.phone.open()); tries += 1) {
      if (tries === FIRST_TRIES) throw new Error('the first boot failed');
    }
    await this.phone.pass(1_000);
  }

  async act(actions: number): Promise<void> {
    for (let at = 0; at < actions; at += 1) await this.#one();
  }

  async #one(): Promise<void> {
    const { phone } = this;
    const { draw } = phone;
    const tab = await this.#someTab();
    if (!tab) return;
    this.#doing = draw.weighed<Action>({ save: 9, pass: 6, nudge: 1, crash: 0.7, plan: 2, tabs: 1, room: 0.6, hurt: 1, empty: 0.25 });
    switch (this.#doing as Action) {
      case 'save':
        for (let more = draw.is(0.06) ? 8 : 1; more > 0 && !tab.dead && !tab.frozen; more -= 1) await this.#save(tab);
        return;
      case 'pass':
        phone.line.badness = draw.from([0, 0.1, 0.3, 0.6, 0.95]);
        await phone.pass(draw.below(draw.from(PASSES_MS)));
        return;
      case 'nudge':
        tab.feed({ type: draw.from(['online', 'visible', 'manual'] as const) });
        return;
      case 'crash':
        this.#count('phone_crash');
        phone.crash();
        return;
      case 'plan':
        phone.planned = { in: draw.below(60), trouble: draw.from(['fail', 'die_before', 'die_after', 'lose_connection'] as const) };
        this.#count(`storage_${phone.planned.trouble}`);
        return;
      case 'tabs':
        return this.#changeTabs(tab);
      case 'room':
        // With a full phone the second copy fails first, and then the first one is alone.
        if (this.victim === 'database') return;
        phone.disk.full = !phone.disk.full;
        this.#count('storage_full');
        return;
      case 'hurt':
        return this.#hurt();
      case 'empty':
        return this.#empty();
    }
  }

  async #someTab(): Promise<Tab | null> {
    const awake = this.phone.tabs.filter((tab) => !tab.frozen && tab.drain);
    return awake.length > 0 ? this.phone.draw.from(awake) : this.phone.open();
  }

  async #save(tab: Tab): Promise<void> {
    const { draw } = this.phone;
    const { fact, ...about } = await makeFact(draw, tab, this.job_ids, this.#photos);
    let said = await this.#try(tab, fact, false);
    for (let tries = draw.below(3); said === 'refused' && tries > 0 && !tab.dead; tries -= 1) said = await this.#try(tab, fact, true);
    this.told.push({ ...about, said });
  }

  async #try(tab: Tab, fact: Fact, again: boolean): Promise<Said> {
    if (tab.dead) return 'unknown';
    const crashed = this.phone.crashed();
    try {
      return await Promise.race([tab.save(fact, again).then(() => 'saved' as const), crashed.happened.then(() => 'unknown' as const)]);
    } catch (error) {
      if (error instanceof FactInvalid) throw error;
      return error instanceof StorageFailed && error.unsure ? 'unknown' : 'refused';
    } finally {
      crashed.forget();
    }
  }

  async #changeTabs(tab: Tab): Promise<void> {
    const { phone } = this;
    const others = phone.tabs.filter((other) => other !== tab);
    const frozen = others.find((other) => other.frozen);
    if (frozen) {
      frozen.thaw();
      this.#count('tab_thawed');
    } else if (others.length === 0) {
      await phone.open();
      this.#count('second_tab');
    } else if (phone.draw.is(0.5)) {
      phone.close(tab);
      this.#count('tab_closed');
    } else {
      await this.#freezeLeader();
    }
  }

  /** The leader stops in the middle of a request, and another tab takes the lead. */
  async #freezeLeader(): Promise<void> {
    const { phone } = this;
    await phone.settled();
    const leader = phone.locks.holder('drain');
    const other = phone.tabs.find((tab) => tab !== leader && !tab.frozen && tab.drain);
    if (!leader || !other || leader.frozen || phone.locks.isIn('log', leader)) return;
    leader.feed({ type: 'manual' });
    leader.freeze();
    other.takeOver();
    this.#count('tab_frozen');
  }

  async #hurt(): Promise<void> {
    const { phone, victim } = this;
    await phone.settled();
    if (victim === 'database' && (await hurtDatabase(phone))) this.#count('database_damaged');
    if (victim === 'files' && !this.#hasLate() && hurtFiles(phone)) this.#count('file_damaged');
  }

  async #empty(): Promise<void> {
    const { phone, victim } = this;
    if (victim === 'none' || this.#hasLate() || (victim === 'database' && phone.codes.length === 0)) return;
    phone.crash();
    if (victim === 'files') {
      phone.disk.files.clear();
      this.#count('files_emptied');
    } else if (await emptyDatabase(phone)) {
      this.#count('database_emptied');
      // A phone without its key is enrolled at the office, where the line is good.
      phone.line.badness = 0;
      await phone.open();
    }
  }

  /** A fact that the database could not take lies among the files alone. */
  #hasLate(): boolean {
    return [...this.phone.disk.files.keys()].some((path) => path.startsWith('late/'));
  }

  /** Everything works again; returns why something still waits, or null. */
  async heal(): Promise<string | null> {
    const { phone } = this;
    this.#doing = 'heal';
    phone.planned = null;
    phone.disk.full = false;
    phone.line.badness = 0;
    for (const tab of phone.tabs) tab.thaw();
    if (phone.draw.is(0.4)) phone.crash();
    for (let tries = 0; phone.tabs.every((tab) => !tab.drain) && tries < BOOT_TRIES; tries += 1) await phone.open();
    if (phone.tabs.every((tab) => !tab.drain)) return 'no page came up';
    for (const tab of phone.tabs) tab.feed({ type: 'manual' });
    const until_ms = phone.now_ms + HEALED_WITHIN_MS;
    await phone.settled();
    // Asked once a turn: a phone that is done may begin with something else, as a service standard, at any time.
    let drained = await this.#isDrained();
    for (let alarms = 0; alarms < ALARMS_MAX && phone.now_ms < until_ms && !drained; drained = await this.#isDrained()) {
      if (await phone.skip()) alarms += 1;
      else await phone.settled();
    }
    return drained ? this.#kept() : this.#whyNot();
  }

  async #isDrained(): Promise<boolean> {
    const tab = this.phone.locks.holder('drain');
    if (!tab?.drain || tab.state.busy || tab.state.working || tab.state.stale) return false;
    if (tab.state.waiting.length > 0 || tab.state.blobs.length > 0 || tab.state.pull) return false;
    if (this.#hasLate()) return false;
    const { events, blobs } = await readOutbox(tab.store);
    return events.length + blobs.length === 0;
  }

  async #whyNot(): Promise<string> {
    const tab = this.phone.locks.holder('drain');
    if (!tab?.drain) return 'no page came up';
    const { events, blobs } = await readOutbox(tab.store);
    const { waiting, blobs: known, ...rest } = tab.state;
    return `waits: ${JSON.stringify({ stored: [events.map(({ seq }) => seq), blobs], known: [waiting.length, known], ...rest })}`;
  }

  /** The retention window has not passed: the phone must still hold all that it called saved. */
  async #kept(): Promise<string | null> {
    const tab = this.phone.locks.holder('drain');
    if (!tab) return 'no page came up';
    const events = await tab.store.database.run((db) => db.getAll('events'));
    const places = new Map(events.map((event) => [event.event_id, event]));
    for (const { event_id, blobs, said } of this.told) {
      if (said !== 'saved') continue;
      const place = places.get(event_id);
      if (!place || !(await readEvent(tab.store, place.epoch, place.seq))) return `the phone let go of event ${event_id}`;
      for (const { sha256 } of blobs) if (!(await readBlob(tab.store, sha256))) return `the phone let go of blob ${sha256}`;
    }
    return null;
  }

  /** For a report about a schedule that does not end. */
  describe(): string {
    const tabs = this.phone.tabs.map(({ running, frozen, drain, state }) => ({ running, frozen, up: drain !== null, busy: state.busy, working: state.working }));
    return `${this.#doing} ${JSON.stringify(tabs)}`;
  }

  #count(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
  }
}

export interface Outcome {
  readonly seed: number;
  readonly why: string | null;
  readonly told: readonly Told[];
  readonly faults: Readonly<Record<string, number>>;
}

export class Schedule {
  readonly seed: number;
  readonly #players: Player[];
  readonly #draw: Draw;
  #why: string | null = null;

  constructor(task: Task, way: Way) {
    this.seed = task.seed;
    this.#draw = new Draw(task.seed);
    this.#players = task.phones.map(({ codes }, at) => {
      const draw = new Draw(task.seed * 31 + at);
      return new Player(new Phone(`engine-${task.seed}-${at}`, draw, new FaultyLine(way, draw), codes, task.now_ms), task.job_ids);
    });
  }

  begin(): Promise<void> {
    return this.#all((player) => player.begin());
  }

  act(): Promise<void> {
    return this.#all((player) => player.act(4 + this.#draw.below(9)));
  }

  /** @param codes fresh ones for each phone. */
  async end(codes: readonly (readonly string[])[]): Promise<Outcome> {
    const found: string[] = [];
    this.#players.forEach(({ phone }, at) => {
      phone.codes = [...(codes[at] ?? [])];
    });
    await this.#all(async (player) => {
      const why = await player.heal();
      if (why !== null) found.push(why);
    });
    await Promise.all(this.#players.map(({ phone }) => phone.discard()));
    const faults: Record<string, number> = {};
    for (const player of this.#players) for (const [name, count] of Object.entries(player.faults)) faults[name] = (faults[name] ?? 0) + count;
    return { seed: this.seed, why: this.#why ?? found[0] ?? null, told: this.#players.flatMap(({ told }) => told), faults };
  }

  /** What breaks in the harness itself is a failure of the schedule too. */
  async #all(act: (player: Player) => Promise<void>): Promise<void> {
    if (this.#why !== null) return;
    const done = await Promise.allSettled(this.#players.map((player) => inTime(player, act(player))));
    for (const outcome of done) if (outcome.status === 'rejected') this.#why ??= String((outcome.reason as Error).stack ?? outcome.reason);
  }
}

async function inTime(player: Player, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs: ${player.describe()}`)), HANGS_AFTER_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
