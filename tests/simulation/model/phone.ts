/** One phone: a disk, a line, and the pages that are open on it. */
import { outboxOf } from './outbox';
import { Crash, Disk, Full } from './disk';
import { link, type SimEvent, type SimFact } from './event';
import type { Mood } from './line';
import { keepEnrolment, reclaim, recover } from './recovery';
import { Tab } from './tab';
import type { World } from './world';

export class Phone {
  readonly disk: Disk;
  tabs: Tab[] = [];
  mood: Mood = 'good';
  /** How far its clock is off. */
  skew_ms = 0;
  /** Every device that it has been. */
  readonly devices: string[] = [];
  readonly user: string;
  readonly world: World;
  private ids = 0;

  constructor(world: World, user: string) {
    this.world = world;
    this.user = user;
    this.disk = new Disk(() => {
      if (world.crashing && world.draw.is(0.004)) throw new Crash(this);
    }, (event) => world.trace?.event(event));
  }

  clock(): number {
    return this.world.now_ms + this.skew_ms;
  }

  newId(): string {
    this.ids += 1;
    const id = `${this.user}.${this.ids}`;
    this.world.oracle.made.add(id);
    return id;
  }

  /** The app is opened anew: whatever was under way is gone. */
  boot(): void {
    this.die();
    try {
      if (!recover(this.disk) && !this.enrol()) return;
      reclaim(this.disk, () => this.newId());
      this.open(true);
    } catch (error) {
      this.die();
      if (error instanceof Crash) this.world.faults('killed while writing');
      else if (!(error instanceof Full)) throw error;
    }
  }

  /** Somebody types a code. It needs the line and the server. */
  private enrol(): boolean {
    const { world } = this;
    const { disabled } = world.server.db;
    if (!world.healed && (world.down || this.mood !== 'good' || disabled.has(this.user))) return false;
    // Nobody gets a code who may not work; in the end somebody has seen to that.
    if (disabled.delete(this.user)) world.trace?.disabled(this.user, false);
    const device_id = `${this.user}-${this.devices.length + 1}`;
    const challenge = world.server.enrol(device_id, this.user);
    world.trace?.enrol(device_id, this.user, challenge);
    const emptied = this.devices.length > 0 && this.disk.db.former === null && this.disk.db.recovered.size === 0;
    this.devices.push(device_id);
    keepEnrolment(this.disk, device_id, world.server.lineage, challenge, emptied);
    return true;
  }

  private open(leads: boolean): void {
    const tab = new Tab(this);
    this.tabs.push(tab);
    tab.start();
    if (leads) tab.feed({ type: 'lock', held: true });
  }

  die(): void {
    for (const tab of this.tabs) tab.closed = true;
    this.tabs = [];
  }

  /** A second page beside the first; or one of two is closed, and the other leads. */
  otherTab(): void {
    if (this.tabs.length === 0) return;
    if (this.tabs.length === 1) return this.open(false);
    const gone = this.tabs.splice(this.world.draw.below(2), 1)[0];
    if (gone) gone.closed = true;
    this.lead();
  }

  /** The page that leads is frozen by the phone; the other takes the lock when there is one. */
  freeze(): void {
    const leader = this.tabs.find(({ state }) => state.leads);
    if (!leader) return;
    leader.frozen = true;
    const other = this.tabs.find((tab) => tab !== leader);
    if (!other) return;
    leader.feed({ type: 'lock', held: false });
    other.feed({ type: 'lock', held: true });
  }

  thaw(): void {
    for (const tab of [...this.tabs]) if (tab.frozen) tab.thaw();
    this.lead();
  }

  private lead(): void {
    if (this.tabs.some(({ state }) => state.leads)) return;
    this.tabs[0]?.feed({ type: 'lock', held: true });
  }

  nudge(type: 'online' | 'visible' | 'manual'): void {
    for (const tab of [...this.tabs]) if (tab.state.leads && !tab.frozen) {
      if (type === 'manual') this.world.oracle.byHand(tab);
      tab.feed({ type });
    }
  }

  private fact(kind: string, job_id: string | null, bytes = 0): SimFact {
    const event_id = this.newId();
    const blobs = bytes > 0 ? [`blob-${event_id}`] : [];
    return { event_id, body: `${event_id} ${kind}`, job_id, kind, blobs, bytes, opening: null };
  }

  /** What a copy of this profile would append to the log. */
  cloned(end: SimEvent): SimEvent {
    const event = link(end.device_id, end.epoch, end.seq + 1, end.hash, 'clone', this.fact('note.added', null));
    this.disk.linked(event);
    return event;
  }

  /** The installer records something. It is shown as saved when `save` has come back, and then only. */
  record(): void {
    const tab = this.tabs.find(({ frozen }) => !frozen);
    if (!tab) return;
    const { draw, oracle } = this.world;
    const jobs = [...this.disk.db.jobs.keys()];
    const job_id = jobs.length > 0 && draw.is(0.9) ? draw.from(jobs) : null;
    const drawn = draw.next();
    const bytes = drawn < 0.1 ? 1 + draw.below(250_000) : drawn < 0.4 ? 1 + draw.below(900_000) : 0;
    const fact = this.fact(drawn < 0.1 ? 'signoff.recorded' : drawn < 0.4 ? 'photo.captured' : 'note.added', job_id, bytes);
    let saved;
    try {
      saved = this.disk.save([fact], fact.blobs);
    } catch (error) {
      if (error instanceof Full) return this.world.faults('not saved: no room');
      throw error;
    }
    oracle.shown(this, fact);
    const { epoch, seq } = saved.events[0] ?? { epoch: 0, seq: 0 };
    const blobs = outboxOf(this.disk, seq - 1).blobs.filter(({ sha256 }) => fact.blobs.includes(sha256));
    const offered = blobs.map((blob) => ({ ...blob, offset: 0 }));
    // Now and then the word of it is lost: its reading of the blobs failed, or the page that sends did not hear. No draw, so that seeds stay.
    if (this.world.seed % 4 === 1 && seq % 5 === 2) return this.world.faults('not announced');
    for (const each of [...this.tabs]) each.feed({ type: 'saved', epoch, events: [{ seq, size: 600, at: '' }], blobs: offered });
  }
}
