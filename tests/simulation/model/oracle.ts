/**
 * What was shown as saved, and whether it reached the office: exactly once, complete and unaltered, or the office was told.
 */
import type { SimEvent, SimFact } from './event';
import { place } from './disk';
import type { Phone } from './phone';
import type { Tab } from './tab';
import type { World } from './world';

interface Shown {
  readonly phone: Phone;
  readonly fact: SimFact;
}

export interface Verdict {
  lost: number;
  duplicated: number;
  holes: number;
  why: string[];
}

export class Oracle {
  readonly shownFacts = new Map<string, Shown>();
  readonly made = new Set<string>();
  /** Events and blobs of which a fault left no copy whole, with all places where the event stood. */
  readonly harmed = new Map<string, string[]>();
  readonly harmedBlobs = new Set<string>();
  readonly emptied = new Set<Phone>();
  /** Let go of by the predicate; a backup that is older than the window of retention may lack them. */
  readonly gone = new Map<string, SimEvent>();
  restoredTooOld = false;
  readonly why: string[] = [];
  private readonly held = new Map<Tab, number>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  shown(phone: Phone, fact: SimFact): void {
    this.shownFacts.set(fact.event_id, { phone, fact });
  }

  heldBack(tab: Tab, retry_after_s: number): void {
    this.held.set(tab, this.world.now_ms + retry_after_s * 1000);
  }

  byHand(tab: Tab): void {
    this.held.delete(tab);
  }

  /** The hands of the phone's clock were moved, so it cannot tell how long it waited. */
  clockMoved(phone: Phone): void {
    for (const tab of phone.tabs) this.held.delete(tab);
  }

  sending(tab: Tab): void {
    if (this.world.now_ms < (this.held.get(tab) ?? 0) - 1) this.why.push('sent before Retry-After');
  }

  /** Only what the server surely holds may go. */
  letGo(phone: Phone, event: SimEvent): void {
    this.gone.set(event.event_id, event);
    if (this.restoredTooOld) return;
    const { db } = this.world.server;
    // Its own copy may be damaged by now.
    const kept = db.owners.has(event.event_id) || this.isKept(event.event_id);
    if (!kept) this.why.push(`let go of ${event.event_id}, which the server lacks`);
    for (const sha256 of event.blobs) if (!db.blobs.get(sha256)?.verified) this.why.push(`let go of ${sha256}, which the server lacks`);
    void phone;
  }

  /** Whether no phone can have a blob any more: harmed, or let go of before a restore that went back too far. */
  isNowhere(sha256: string): boolean {
    return this.harmedBlobs.has(sha256) || (this.restoredTooOld && this.gone.has(sha256.slice('blob-'.length)));
  }

  private isKept(event_id: string): boolean {
    for (const rows of this.world.server.db.logs.values()) {
      if (rows.some(({ event }) => event.event_id === event_id)) return true;
    }
    return false;
  }

  verdict(): Verdict {
    const verdict: Verdict = { lost: 0, duplicated: 0, holes: 0, why: [...this.why] };
    const { db } = this.world.server;
    const bodies = new Map<string, string>();
    const owned = new Map<string, number>();
    for (const rows of db.logs.values()) {
      for (const { event, standing } of rows) {
        bodies.set(event.event_id, event.body);
        if (standing === 'stored') owned.set(event.event_id, (owned.get(event.event_id) ?? 0) + 1);
        if (!this.made.has(event.event_id)) verdict.why.push(`${event.event_id} was never recorded`);
      }
    }
    for (const [id, count] of owned) if (count > 1) this.fail(verdict, 'duplicated', `${id} counts ${count} times`);
    for (const [id, { phone, fact }] of this.shownFacts) {
      const body = bodies.get(id);
      if (body === undefined) {
        if (!this.isTold(id, phone)) this.fail(verdict, 'lost', `${id} is lost`);
        continue;
      }
      if (body !== fact.body) this.fail(verdict, 'lost', `${id} was altered`);
      for (const sha256 of fact.blobs) {
        const excused = this.harmedBlobs.has(sha256) || this.isTold(id, phone);
        if (!db.blobs.get(sha256)?.verified && !excused) this.fail(verdict, 'lost', `${sha256} is lost`);
      }
    }
    for (const phone of this.world.phones) this.checkMark(phone, verdict);
    return verdict;
  }

  /** Whether the office knows that a fact is missing: by a named hole, or by a word about lost storage. */
  private isTold(id: string, phone: Phone): boolean {
    if (this.restoredTooOld && this.gone.has(id)) return true;
    const places = this.harmed.get(id);
    if (!places && !this.emptied.has(phone)) return false;
    for (const { device_id, kind, opening } of this.words()) {
      if (!phone.devices.includes(device_id)) continue;
      if (kind === 'storage.lost' || (opening && places?.some((at) => names(opening, at)))) return true;
    }
    return false;
  }

  /** What the office has, and what it had been told before a backup older than the window of retention took that from it. */
  private *words(): Generator<SimEvent> {
    for (const rows of this.world.server.db.logs.values()) for (const { event } of rows) yield event;
    if (this.restoredTooOld) yield* this.gone.values();
  }

  /** What the phone believes to be acknowledged is there. */
  private checkMark(phone: Phone, verdict: Verdict): void {
    const { mark, device_id } = phone.disk.db;
    const { server } = this.world;
    if (mark.server_epoch !== server.lineage) return;
    for (const [epoch, seq] of Object.entries(mark.acked)) {
      const held = server.db.logs.get(`${device_id} ${epoch}`)?.length ?? 0;
      if (seq > held) this.fail(verdict, 'holes', `${device_id} believes in ${seq} of epoch ${epoch}, the server has ${held}`);
    }
  }

  private fail(verdict: Verdict, what: 'lost' | 'duplicated' | 'holes', why: string): void {
    verdict[what] += 1;
    verdict.why.push(why);
  }

  /** A fault is about to leave no whole copy of an event. */
  harm(phone: Phone, event: SimEvent): void {
    const places = this.harmed.get(event.event_id) ?? [];
    places.push(place(event.epoch, event.seq));
    this.harmed.set(event.event_id, places);
    void phone;
  }
}

function names({ prior_epoch, prior_acked_seq }: { prior_epoch: number; prior_acked_seq: number }, at: string): boolean {
  const [epoch, seq] = at.split('-').map(Number);
  return epoch === prior_epoch && (seq ?? 0) > prior_acked_seq;
}
