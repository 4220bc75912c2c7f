/** What lies on a phone: the database and the files, two stores that fail apart, with a crash between any two writes. */
import { heldRevs } from '../../../app/pwa/src/db/jobs';
import { NO_SYNC, type SyncMark } from '../../../app/pwa/src/db/meta';
import type { Head, StoredJob } from '../../../app/pwa/src/db/schema';
import { isWhole, link, ZERO, type SimEvent, type SimFact } from './event';

/** The browser was killed in the middle of a write. */
export class Crash extends Error {
  readonly phone: object;

  constructor(phone: object) {
    super();
    this.phone = phone;
  }
}

/** There is no room. */
export class Full extends Error {}

export interface Former {
  readonly epoch: number;
  readonly acked_seq: number;
}

/** IndexedDB. */
export class Database {
  install: { readonly filed: boolean } | null = null;
  device_id: string | null = null;
  head: Head = { epoch: 1, seq: 0, hash: ZERO };
  mark: SyncMark = NO_SYNC;
  readonly events = new Map<string, SimEvent>();
  readonly blobs = new Map<string, 'whole' | 'damaged'>();
  readonly receipts = new Map<string, { server_epoch: string; server_time: string }>();
  readonly jobs = new Map<string, StoredJob>();
  readonly recovered = new Map<string, SimEvent>();
  readonly aside = new Set<string>();
  former: Former | null = null;
  files_lost = false;
  /** This phone was a device before, and nothing of that is left; not yet told. */
  all_lost = false;
}

/** OPFS. */
export class Files {
  installed = false;
  device_id: string | null = null;
  readonly events = new Map<string, SimEvent>();
  readonly blobs = new Map<string, 'whole' | 'damaged'>();
}

export const place = (epoch: number, seq: number): string => `${epoch}-${seq}`;
export const fileOf = ({ epoch, seq, hash }: SimEvent): string => `${epoch}-${seq}-${hash}`;

export class Disk {
  db = new Database();
  files = new Files();
  /** No room in the database, in the files. */
  full = { db: false, files: false };
  /** Called before every write: it may be the last thing that this browser does. */
  readonly point: () => void;
  /** Told of every event that is linked to the log. */
  readonly linked: (event: SimEvent) => void;
  private salts = 0;

  constructor(point: () => void, linked: (event: SimEvent) => void) {
    this.point = point;
    this.linked = linked;
  }

  write(work: () => void): void {
    this.point();
    work();
  }

  /** Facts, all or none, as `saveFacts` does it. @returns in how many places they lie. @throws Full: nothing was recorded. */
  save(facts: readonly SimFact[], bytes: readonly string[] = []): { events: SimEvent[]; copies: 1 | 2 } {
    const events = this.chained(this.db.head, facts);
    const copies = this.keep(events, bytes);
    return { events, copies };
  }

  private chained(head: Head, facts: readonly SimFact[]): SimEvent[] {
    let last = head;
    return facts.map((fact) => {
      this.salts += 1;
      const event = link(this.db.device_id ?? '', last.epoch, last.seq + 1, last.hash, `${this.salts}`, fact);
      last = event;
      this.linked(event);
      return event;
    });
  }

  private keep(events: readonly SimEvent[], bytes: readonly string[]): 1 | 2 {
    const filed = !this.full.files;
    if (filed) {
      for (const sha256 of bytes) this.write(() => this.files.blobs.set(sha256, 'whole'));
      for (const event of events) this.write(() => this.files.events.set(fileOf(event), event));
    }
    this.point();
    if (this.full.db) {
      for (const event of events) this.files.events.delete(fileOf(event));
      throw new Full();
    }
    // One transaction.
    for (const sha256 of bytes) this.db.blobs.set(sha256, 'whole');
    for (const event of events) this.db.events.set(place(event.epoch, event.seq), event);
    const last = events.at(-1);
    if (last) this.db.head = { epoch: last.epoch, seq: last.seq, hash: last.hash };
    this.point();
    return filed ? 2 : 1;
  }

  /** As `readEvent`: what one copy lacks is put right from the other. */
  read(epoch: number, seq: number): SimEvent | null {
    const first = this.db.events.get(place(epoch, seq));
    if (first && isWhole(first)) return first;
    for (const [name, event] of this.files.events) {
      if (!name.startsWith(`${epoch}-${seq}-`) || !isWhole(event) || event.device_id !== this.db.device_id) continue;
      this.db.events.set(place(epoch, seq), event);
      return event;
    }
    return null;
  }

  blobIsWhole(sha256: string): boolean {
    if (this.db.blobs.get(sha256) === 'whole') return true;
    if (this.files.blobs.get(sha256) !== 'whole') return false;
    this.db.blobs.set(sha256, 'whole');
    return true;
  }

  isNamed(sha256: string): boolean {
    return this.all().some(({ epoch, seq, blobs }) => blobs.includes(sha256) && this.read(epoch, seq) !== null);
  }

  after(epoch: number, seq: number): SimEvent[] {
    return this.all().filter((event) => event.epoch === epoch && event.seq > seq);
  }

  all(): SimEvent[] {
    return [...this.db.events.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
  }

  /** As `openEpoch`. */
  open(epoch: number, acked: { readonly epoch: number; readonly seq: number }, opening: (before: Head, acked_seq: number, lost: readonly string[]) => readonly SimFact[]): void {
    const before = this.db.head;
    if (before.epoch >= epoch) return;
    const acked_seq = before.epoch === acked.epoch ? acked.seq : 0;
    for (const older of this.all()) if (older.epoch < before.epoch) this.read(older.epoch, older.seq);
    for (let seq = acked_seq + 1; seq <= before.seq; seq += 1) this.read(before.epoch, seq);
    const upTo: Readonly<Record<string, number>> = { ...this.db.mark.acked, [String(before.epoch)]: acked_seq };
    const all = this.all();
    const arrived = (event: SimEvent): boolean => event.seq <= (upTo[String(event.epoch)] ?? 0);
    const known = new Set(all.filter(arrived).map(({ event_id }) => event_id));
    const again = all.filter((event) => isWhole(event) && !known.has(event.event_id) && known.add(event.event_id));
    const lost = all.filter((event) => !arrived(event) && !known.has(event.event_id)).map((event) => `${event.epoch}/${event.seq}`);
    const events = this.chained({ epoch, seq: 0, hash: ZERO }, [...opening(before, acked_seq, lost), ...again]);
    this.keep(events, []);
  }

  /** As `recordAgain`. */
  again(facts: readonly SimEvent[]): void {
    const here = new Set(this.after(this.db.head.epoch, 0).map(({ event_id }) => event_id));
    const missing = facts.filter(({ event_id }) => !here.has(event_id) && here.add(event_id));
    if (missing.length > 0) this.keep(this.chained(this.db.head, missing), []);
  }

  have(): [string, number][] {
    return heldRevs([...this.db.jobs.values()], this.db.mark.server_epoch);
  }
}
