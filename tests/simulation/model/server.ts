/** The model of the server: what docs/PROTOCOL.md asks of one, as small as it can be said. Replayed traces hold it to the real one. */
import { isWhole, ZERO, type SimEvent } from './event';

export const CHALLENGE_MS = 15 * 60_000;
export const TOKEN_MS = 60 * 60_000;
const SKEW_MS = 5 * 60_000;
const SNAPSHOTS_MAX = 25;
const WANTED_MAX = 200;

export type Status = 'accepted' | 'duplicate' | 'flagged' | 'quarantined' | 'gap';

export interface Result {
  readonly seq: number;
  readonly hash: string;
  readonly status: Status;
  readonly flags: readonly string[];
}

export interface SyncRequest {
  readonly device_id: string;
  readonly epoch: number;
  readonly events: readonly SimEvent[];
  /** The head that the seal covers. */
  readonly sealed: { readonly seq: number; readonly hash: string };
  readonly challenge: string;
  readonly device_ms: number;
  readonly have: readonly (readonly [string, number])[];
  readonly pending_events: number;
}

export interface Answered {
  readonly status: number;
  readonly slug: string | null;
  readonly challenge?: string;
  readonly acked_seq?: number;
  readonly seq?: number;
  readonly offset?: number;
}

export interface SimSnapshot {
  readonly job_id: string;
  readonly rev: number;
  readonly own_seq: number;
  readonly stage: string;
}

export interface Reply {
  readonly server_epoch: string;
  readonly server_time: string;
  readonly challenge: string;
  readonly token: string;
  readonly acked_seq: number;
  readonly results: readonly Result[];
  readonly blobs_wanted: readonly string[];
  readonly manifest: readonly (readonly [string, number])[] | null;
  readonly jobs: readonly SimSnapshot[];
  readonly more: boolean;
  readonly new_epoch: number | null;
  /** The log's end that a receipt speaks of. */
  readonly receipt: { readonly hash: string } | null;
}

export interface Row {
  readonly event: SimEvent;
  /** `stored` rows own their `event_id`; a `duplicate` is a second place of one. */
  readonly standing: 'stored' | 'duplicate' | 'quarantined';
  readonly flags: readonly string[];
}

interface Device {
  readonly device_id: string;
  readonly user: string;
  offered: number;
  revoked: boolean;
  readmitted: boolean;
}

interface Job {
  rev: number;
  crew: string;
  open: boolean;
  stage: string;
}

interface Naming {
  readonly sha256: string;
  readonly epoch: number;
  readonly seq: number;
}

interface Held {
  offset: number;
  verified: boolean;
  /** Its bytes on the disk are not what was sent. */
  spoilt: boolean;
}

/** All that a backup holds. */
export class Database {
  devices = new Map<string, Device>();
  logs = new Map<string, Row[]>();
  forks = new Map<string, SimEvent>();
  /** event_id to the body that owns it. */
  owners = new Map<string, string>();
  namings = new Map<string, Naming[]>();
  jobs = new Map<string, Job>();
  blobs = new Map<string, Held>();
  disabled = new Set<string>();

  copy(): Database {
    const other = new Database();
    for (const [id, device] of this.devices) other.devices.set(id, { ...device });
    for (const [key, rows] of this.logs) other.logs.set(key, rows.slice());
    other.forks = new Map(this.forks);
    other.owners = new Map(this.owners);
    for (const [id, names] of this.namings) other.namings.set(id, names.slice());
    for (const [id, job] of this.jobs) other.jobs.set(id, { ...job });
    for (const [id, held] of this.blobs) if (held.verified) other.blobs.set(id, { ...held });
    other.disabled = new Set(this.disabled);
    return other;
  }
}

export class Server {
  db = new Database();
  lineage = 's1';
  now_ms: () => number;
  private lineages = 1;
  private tickets = 0;

  constructor(now_ms: () => number) {
    this.now_ms = now_ms;
  }

  enrol(device_id: string, user: string): string {
    this.db.devices.set(device_id, { device_id, user, offered: 1, revoked: false, readmitted: false });
    return this.challenge(device_id);
  }

  /** E5. The certificate of every device in the model is good. */
  readmit(device_id: string, user: string): string {
    if (!this.db.devices.has(device_id)) this.db.devices.set(device_id, { device_id, user, offered: 1, revoked: false, readmitted: true });
    return this.challenge(device_id);
  }

  restore(backup: Database): void {
    this.db = backup.copy();
    this.lineages += 1;
    this.lineage = `s${this.lineages}`;
  }

  challenge(device_id: string): string {
    this.tickets += 1;
    return `${this.lineage} ${device_id} ${this.now_ms()} ${this.tickets}`;
  }

  stamp(): string {
    return new Date(this.now_ms()).toISOString();
  }

  private isFresh(device_id: string, challenge: string): boolean {
    const [lineage, device, at] = challenge.split(' ');
    return lineage === this.lineage && device === device_id && this.now_ms() - Number(at) <= CHALLENGE_MS;
  }

  sync(request: SyncRequest): Reply | Answered {
    const { device_id, epoch, events } = request;
    const device = this.db.devices.get(device_id);
    if (!device) return { status: 401, slug: 'device-unknown' };
    const key = `${device_id} ${epoch}`;
    const rows = this.db.logs.get(key) ?? [];
    const end = rows.at(-1)?.event;
    const fresh = { challenge: this.challenge(device_id), acked_seq: rows.length };
    if (!this.isFresh(device_id, request.challenge)) return { status: 401, slug: 'challenge-stale', ...fresh };
    const sealed = events.at(-1) ?? { seq: end?.seq ?? 0, hash: end?.hash ?? ZERO };
    const empty = events.length === 0 && request.sealed.seq === 0 && request.sealed.hash === ZERO;
    if (!empty && (sealed.seq !== request.sealed.seq || sealed.hash !== request.sealed.hash)) return { status: 401, slug: 'seal-invalid', ...fresh };
    const broken = firstBroken(events);
    if (broken !== null) return { status: 422, slug: 'chain-broken', seq: broken };
    const skewed = Math.abs(this.now_ms() - request.device_ms) > SKEW_MS;
    const { results, forked } = this.append(device, key, rows, events, skewed);
    const acked_seq = this.db.logs.get(key)?.length ?? 0;
    const lacks = events[0] !== undefined && events[0].seq > acked_seq + 1 && request.pending_events < (events.at(-1)?.seq ?? 0) - acked_seq;
    if (forked || lacks) device.offered += 1;
    const stored = results.some(({ status }) => status !== 'gap');
    return {
      server_epoch: this.lineage,
      server_time: this.stamp(),
      challenge: this.challenge(device_id),
      token: `${device_id} ${this.now_ms()}`,
      acked_seq,
      results,
      blobs_wanted: this.wanted(device_id),
      ...this.pull(device, request.have, acked_seq),
      new_epoch: forked || lacks ? device.offered : null,
      receipt: stored ? { hash: this.db.logs.get(key)?.at(-1)?.event.hash ?? ZERO } : null,
    };
  }

  /** S4 to S9. */
  private append(device: Device, key: string, rows: Row[], events: readonly SimEvent[], skewed: boolean): { results: Result[]; forked: boolean } {
    const results: Result[] = [];
    let forked = false;
    if (events.length > 0 && !this.db.logs.has(key)) this.db.logs.set(key, rows);
    if (events[0]) device.offered = Math.max(device.offered, events[0].epoch);
    const before = rows.length;
    for (const event of events) {
      const { seq, hash } = event;
      const there = seq <= before ? rows[seq - 1] : undefined;
      if (seq > rows.length + 1 && !forked) results.push({ seq, hash, status: 'gap', flags: [] });
      else if (there && there.event.hash === hash) results.push({ seq, hash, status: 'duplicate', flags: there.flags });
      else if (seq === rows.length + 1 && event.prev === (rows.at(-1)?.event.hash ?? ZERO) && !forked) results.push(this.store(device, rows, event, skewed));
      else {
        forked = true;
        this.db.forks.set(`${key} ${seq} ${hash}`, event);
        results.push({ seq, hash, status: 'quarantined', flags: ['fork'] });
      }
    }
    return { results, forked };
  }

  private store(device: Device, rows: Row[], event: SimEvent, skewed: boolean): Result {
    const { seq, hash, event_id, body, job_id } = event;
    const owner = this.db.owners.get(event_id);
    const job = job_id === null ? null : this.db.jobs.get(job_id);
    let standing: Row['standing'] = 'stored';
    const flags: string[] = [];
    if (owner !== undefined) {
      standing = owner === body ? 'duplicate' : 'quarantined';
      if (owner !== body) flags.push('event_id_reused');
    } else if (job === undefined) {
      standing = 'quarantined';
      flags.push('unknown_job');
    } else {
      this.db.owners.set(event_id, body);
      if (this.db.disabled.has(device.user)) flags.push('user_disabled');
      if (device.revoked) flags.push('device_revoked');
      if (device.readmitted) flags.push('readmitted');
      if (skewed) flags.push('clock_skew');
      if (job) job.rev += 1;
    }
    rows.push({ event, standing, flags });
    for (const sha256 of event.blobs) this.name(device.device_id, { sha256, epoch: event.epoch, seq });
    const status: Status = standing === 'stored' ? (flags.length > 0 ? 'flagged' : 'accepted') : standing;
    return { seq, hash, status, flags };
  }

  private name(device_id: string, naming: Naming): void {
    const names = this.db.namings.get(device_id) ?? [];
    this.db.namings.set(device_id, names);
    names.push(naming);
  }

  private wanted(device_id: string): string[] {
    const names = this.db.namings.get(device_id) ?? [];
    const open = names.filter(({ sha256 }) => !this.db.blobs.get(sha256)?.verified);
    open.sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
    return [...new Set(open.map(({ sha256 }) => sha256))].slice(0, WANTED_MAX);
  }

  private pull(device: Device, have: SyncRequest['have'], own_seq: number): Pick<Reply, 'manifest' | 'jobs' | 'more'> {
    const holds: [string, number][] = [];
    const may = !device.revoked && !this.db.disabled.has(device.user);
    if (may) for (const [id, job] of this.db.jobs) if (job.open && job.crew === device.user) holds.push([id, job.rev]);
    holds.sort(([a], [b]) => (a < b ? -1 : 1));
    const known = new Map(have);
    const differing = holds.filter(([id, rev]) => known.get(id) !== rev);
    const same = differing.length === 0 && holds.length === known.size;
    const jobs = differing.slice(0, SNAPSHOTS_MAX).map(([job_id, rev]) => ({ job_id, rev, own_seq, stage: this.db.jobs.get(job_id)?.stage ?? '' }));
    return { manifest: same ? null : holds, jobs, more: differing.length > SNAPSHOTS_MAX };
  }

  isNamed(device_id: string, sha256: string): boolean {
    return this.db.namings.get(device_id)?.some((naming) => naming.sha256 === sha256) ?? false;
  }

  private who(token: string): string | null {
    const [device_id = '', at] = token.split(' ');
    return this.now_ms() - Number(at) <= TOKEN_MS && this.db.devices.has(device_id) ? device_id : null;
  }

  /** B2. */
  head(token: string, sha256: string): Answered {
    const device_id = this.who(token);
    if (device_id === null) return { status: 401, slug: null };
    if (!this.isNamed(device_id, sha256)) return { status: 404, slug: null };
    return { status: 200, slug: null, offset: this.db.blobs.get(sha256)?.offset ?? 0 };
  }

  /** B3 to B6. */
  patch(token: string, sha256: string, offset: number, length: number, size: number): Answered {
    const device_id = this.who(token);
    if (device_id === null) return { status: 401, slug: 'unauthenticated' };
    if (!this.isNamed(device_id, sha256)) return { status: 404, slug: 'blob-not-named' };
    const held = this.db.blobs.get(sha256) ?? { offset: 0, verified: false, spoilt: false };
    this.db.blobs.set(sha256, held);
    if (held.verified) return { status: 200, slug: null };
    if (held.offset < size) {
      if (offset !== held.offset || offset + length > size) return { status: 409, slug: 'blob-offset', offset: held.offset };
      held.offset += length;
      if (held.offset < size) return { status: 204, slug: null, offset: held.offset };
    }
    if (held.spoilt) {
      this.db.blobs.delete(sha256);
      return { status: 422, slug: 'blob-digest-mismatch' };
    }
    held.verified = true;
    return { status: 200, slug: null };
  }
}

function firstBroken(events: readonly SimEvent[]): number | null {
  let before: SimEvent | null = null;
  for (const event of events) {
    const linked: boolean = before === null ? event.seq !== 1 || event.prev === ZERO : event.seq === before.seq + 1 && event.prev === before.hash;
    if (!linked || !isWhole(event)) return event.seq;
    before = event;
  }
  return null;
}

export function isReply(answer: Reply | Answered): answer is Reply {
  return 'results' in answer;
}
