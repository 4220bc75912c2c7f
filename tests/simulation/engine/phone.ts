/** One simulated phone: storage that outlives its pages, a clock that is turned by hand, and a plan of what goes wrong. */
import { deleteDB } from 'idb';
import { uuid7 } from '../../../app/pwa/src/device/clock';
import { Disk, type Trouble } from './disk';
import type { Draw } from './draw';
import type { Line } from './line';
import { Locks } from './locks';
import { Tab } from './tab';

interface Alarm {
  readonly tab: Tab;
  readonly at_ms: number;
  readonly ring: () => void;
}

/** Something that is to go wrong at a later operation of storage. */
export interface Planned {
  readonly in: number;
  readonly trouble: Exclude<Trouble, 'none'>;
}

const SETTLED_MAX_MS = 4_000;
/** Hundreds of phones that look each millisecond would leave no time for what they wait for. */
const LOOKS_EVERY_MS = 16;

export class Phone {
  readonly disk: Disk;
  readonly draw: Draw;
  readonly line: Line;
  codes: string[];
  locks = new Locks();
  tabs: Tab[] = [];
  now_ms: number;
  planned: Planned | null = null;
  crashes = 0;
  #alarms: Alarm[] = [];
  #ops = 0;

  constructor(name: string, draw: Draw, line: Line, codes: string[], now_ms: number) {
    this.disk = new Disk(name, draw);
    this.draw = draw;
    this.line = line;
    this.codes = codes;
    this.now_ms = now_ms;
    line.spend = (ms) => {
      this.now_ms += ms;
    };
  }

  /** Boots a page; null when storage failed meanwhile or the phone died, and nothing is open then that was not before. */
  async open(): Promise<Tab | null> {
    const tab = new Tab(this);
    this.tabs.push(tab);
    const crashed = this.crashed();
    try {
      const booted = (async () => {
        if (await tab.boot()) return;
        const code = this.codes.shift();
        if (!code) throw new Error('no more codes');
        await tab.enrol(code);
      })();
      await Promise.race([booted, crashed.happened]);
    } catch {
      // Storage failed, or the office could not be asked for a new key's enrolment: the installer tries again later.
      this.close(tab);
    } finally {
      crashed.forget();
    }
    return tab.dead ? null : tab;
  }

  close(tab: Tab): void {
    tab.kill();
    this.tabs = this.tabs.filter((other) => other !== tab);
    this.#alarms = this.#alarms.filter((alarm) => alarm.tab !== tab);
  }

  /** The battery is out: all pages at once. */
  crash(): void {
    this.crashes += 1;
    for (const tab of this.tabs) tab.kill();
    this.tabs = [];
    this.#alarms = [];
    this.locks = new Locks();
    this.planned = null;
    for (const tell of this.#onCrash) tell();
  }

  readonly #onCrash = new Set<() => void>();

  /** Whoever waits for a page that dies would wait for ever. */
  crashed(): { readonly happened: Promise<void>; readonly forget: () => void } {
    let tell = (): void => undefined;
    const happened = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.#onCrash.add(tell);
    return { happened, forget: () => void this.#onCrash.delete(tell) };
  }

  trouble(): Trouble {
    this.#ops += 1;
    if (!this.planned || this.planned.in > 0) {
      if (this.planned) this.planned = { ...this.planned, in: this.planned.in - 1 };
      return 'none';
    }
    const { trouble } = this.planned;
    this.planned = null;
    return trouble;
  }

  after(tab: Tab, ms: number, ring: () => void): () => void {
    const alarm: Alarm = { tab, at_ms: this.now_ms + Math.max(0, ms), ring };
    if (!tab.dead) this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** Turn the clock by so much, letting each alarm ring in its time and what it begins come to rest. */
  async pass(ms: number): Promise<void> {
    const until_ms = this.now_ms + ms;
    await this.settled();
    for (let alarm = this.#nextAlarm(); alarm && alarm.at_ms <= until_ms; alarm = this.#nextAlarm()) {
      this.#ring(alarm);
      await this.settled();
    }
    this.now_ms = Math.max(this.now_ms, until_ms);
  }

  /** Jump to the next alarm; false when nobody set one. */
  async skip(): Promise<boolean> {
    const alarm = this.#nextAlarm();
    if (!alarm) return false;
    this.#ring(alarm);
    await this.settled();
    return true;
  }

  /** Until no page does anything, or hangs. */
  async settled(): Promise<void> {
    const since = performance.now();
    for (let quiet = 0, wait_ms = 1; quiet < 2 && performance.now() - since < SETTLED_MAX_MS; ) {
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
      quiet = this.tabs.some((tab) => !tab.frozen && (tab.running > 0 || tab.state.working !== null || (tab.state.busy !== null && tab.state.leads))) ? 0 : quiet + 1;
      wait_ms = quiet > 0 ? 1 : Math.min(2 * wait_ms, LOOKS_EVERY_MS);
    }
  }

  newId(now_ms: number, count: number): string {
    const random = new Uint8Array(10).map(() => this.draw.below(256));
    random[9] = count & 0xff;
    return uuid7(now_ms, random);
  }

  async discard(): Promise<void> {
    this.crash();
    this.disk.files.clear();
    await deleteDB(this.disk.name);
  }

  #nextAlarm(): Alarm | undefined {
    return this.#alarms.filter(({ tab }) => !tab.frozen).sort((a, b) => a.at_ms - b.at_ms)[0];
  }

  #ring(alarm: Alarm): void {
    this.#alarms = this.#alarms.filter((other) => other !== alarm);
    this.now_ms = Math.max(this.now_ms, alarm.at_ms);
    alarm.ring();
  }
}
