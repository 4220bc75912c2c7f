/** One open page: the sync core that ships, with the model's disk and line for hands. Mirrors `sync/drain` effect by effect. */
import { outboxOf } from './outbox';
import { newMark } from '../../../app/pwa/src/sync/keepReply';
import { step } from '../../../app/pwa/src/sync/machine';
import type { Told } from '../../../app/pwa/src/sync/requests';
import { START, type Effect, type Input, type LogView, type OpeningReason, type SyncState } from '../../../app/pwa/src/sync/syncState';
import type { SyncReply } from '../../../app/pwa/src/sync/wire';
import { Full } from './disk';
import { isWhole, ownFact, ZERO, type SimEvent } from './event';
import type { Phone } from './phone';
import { letGo } from './sweep';
import type { Reply, SyncRequest } from './server';

export type Request = Extract<Effect, { type: 'send_sync' | 'readmit' | 'head_blob' | 'send_chunk' | 'get_standard' }>;

export class Tab {
  state: SyncState = START;
  frozen = false;
  closed = false;
  token = '';
  timer = 0;
  private queue: Told[] = [];
  private pumping = false;
  readonly phone: Phone;

  constructor(phone: Phone) {
    this.phone = phone;
  }

  start(): void {
    const { db } = this.phone.disk;
    try {
      if (db.mark.opening) this.open(db.mark.opening);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
    }
    this.feed({ type: 'boot', server_epoch: db.mark.server_epoch, standards: [], ...this.log(undefined, null) });
  }

  feed(told: Told): void {
    if (this.closed) return;
    this.queue.push(told);
    if (this.pumping || this.frozen) return;
    this.pumping = true;
    while (!this.frozen && !this.closed) {
      const next = this.queue.shift();
      if (!next) break;
      this.take(next);
    }
    this.pumping = false;
  }

  thaw(): void {
    this.frozen = false;
    const next = this.queue.shift();
    if (next) this.feed(next);
    else this.feed({ type: 'timer' });
  }

  private take(told: Told): void {
    const { phone } = this;
    const [state, effects] = step(this.state, { ...told, now_ms: phone.clock(), random: phone.world.draw.next() } as Input);
    this.state = state;
    for (const effect of effects) {
      if (!this.act(effect)) break;
    }
    phone.world.watch(this, told);
  }

  private act(effect: Effect): boolean {
    try {
      this.run(effect);
      return true;
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      this.queue.push({ type: 'local_failed' });
      return false;
    }
  }

  private run(effect: Effect): void {
    const { phone } = this;
    const { disk, world } = phone;
    switch (effect.type) {
      case 'wait': {
        this.timer += 1;
        const ring = this.timer;
        world.after(effect.ms, () => {
          if (ring === this.timer) this.feed({ type: 'timer' });
        });
        return;
      }
      case 'send_sync':
      case 'readmit':
      case 'head_blob':
      case 'send_chunk':
      case 'get_standard':
        world.line.send(this, effect);
        return;
      case 'keep_reply':
        this.keepReply(effect);
        return;
      case 'keep_challenge':
        disk.write(() => (disk.db.mark = { ...disk.db.mark, challenge: effect.challenge }));
        return;
      case 'keep_blob_receipt': {
        const [server_epoch = '', server_time = ''] = effect.receipt.text.split(' ');
        disk.write(() => disk.db.receipts.set(effect.sha256, { server_epoch, server_time }));
        return;
      }
      case 'check_event':
        this.queue.push({ type: 'event_checked', seq: effect.seq, whole: disk.read(effect.epoch, effect.seq) !== null });
        return;
      case 'check_blob':
        this.queue.push({ type: 'blob_checked', sha256: effect.sha256, whole: disk.blobIsWhole(effect.sha256), named: disk.isNamed(effect.sha256) });
        return;
      case 'look_for_blobs':
        this.lookFor(effect.sha256s);
        return;
      case 'report_hole': {
        const note = `epoch ${effect.epoch}, events ${effect.from} to ${effect.to}`;
        let held = false;
        for (let seq = effect.from; seq <= effect.to; seq += 1) held ||= disk.read(effect.epoch, seq) !== null;
        if (!held) disk.save([ownFact(phone.newId(), 'storage.lost', note)]);
        this.queue.push({ type: 'log_read', ...this.log(effect.acked_seq, effect.epoch) });
        return;
      }
      case 'read_log':
        this.queue.push({ type: 'log_read', ...this.log(effect.acked_seq ?? undefined, effect.epoch) });
        return;
      case 'open_epoch':
        this.open(effect);
        this.queue.push({ type: 'epoch_opened', ...this.log(undefined, null) });
        return;
      case 'record_older':
        this.recordOlder(effect.epoch);
    }
  }

  private recordOlder(epoch: number): void {
    const { disk } = this.phone;
    for (const event of disk.all()) if (event.epoch < epoch) disk.read(event.epoch, event.seq);
    const all = disk.all();
    const older = all.filter((event) => event.epoch < epoch);
    const whole = older.filter(isWhole);
    disk.again(whole);
    const here = new Set([...whole, ...all.filter((event) => event.epoch === epoch)].map(({ event_id }) => event_id));
    const lost = older.filter(({ event_id }) => !here.has(event_id)).map((event) => `${event.epoch}/${event.seq}`);
    if (lost.length > 0) disk.save([ownFact(this.phone.newId(), 'storage.lost', `epoch/event ${lost.join(', ')}`)]);
  }

  private keepReply({ reply, epoch, acked_seq, reason }: Extract<Effect, { type: 'keep_reply' }>): void {
    const { disk, world } = this.phone;
    const { db } = disk;
    const { server_epoch } = reply;
    disk.write(() => {
      for (const snapshot of reply.jobs) {
        db.jobs.set(snapshot.job_id, { schema: 1, job_id: snapshot.job_id, server_epoch, epoch, snapshot, unread: null });
      }
      if (reply.manifest) {
        const named = new Set(reply.manifest.map(([job_id]) => job_id));
        for (const job_id of db.jobs.keys()) if (!named.has(job_id)) db.jobs.delete(job_id);
      }
    });
    if (db.mark.server_epoch !== server_epoch) {
      disk.write(() => {
        for (const [sha256, receipt] of db.receipts) if (receipt.server_epoch !== server_epoch) db.receipts.delete(sha256);
      });
    }
    disk.write(() => (db.mark = newMark(db.mark, { reply, epoch, acked_seq, reason, at: world.stamp() })));
    letGo(this.phone);
  }

  private lookFor(sha256s: readonly string[]): void {
    const { disk } = this.phone;
    const { db } = disk;
    disk.write(() => {
      for (const sha256 of sha256s) db.receipts.delete(sha256);
    });
    const { blobs } = this.log(undefined, null);
    const found = blobs.filter(({ sha256 }) => sha256s.includes(sha256));
    const missing = sha256s.filter((sha256) => !found.some((blob) => blob.sha256 === sha256));
    if (missing.length > 0) disk.write(() => (db.mark = { ...db.mark, missing: [...new Set([...db.mark.missing, ...missing])] }));
    this.queue.push({ type: 'blobs_found', blobs: found });
  }

  private open({ epoch, prior_epoch, acked_seq, reason }: { epoch: number; prior_epoch: number; acked_seq: number; reason: OpeningReason }): void {
    const { disk } = this.phone;
    disk.open(epoch, { epoch: prior_epoch, seq: acked_seq }, (before, prior_acked_seq, lost) => {
      const opening = { prior_epoch: before.epoch, prior_acked_seq, reason };
      const opened = ownFact(this.phone.newId(), 'log.opened', `${epoch} ${reason}`, opening);
      return lost.length > 0 ? [opened, ownFact(this.phone.newId(), 'storage.lost', `epoch/event ${lost.join(', ')}`)] : [opened];
    });
    disk.write(() => (disk.db.mark = { ...disk.db.mark, opening: null }));
  }

  private log(acked_seq: number | undefined, epoch: number | null): LogView {
    const { disk } = this.phone;
    const counts = epoch === null || epoch === disk.db.head.epoch;
    return outboxOf(disk, counts ? acked_seq : undefined);
  }

  /** As `sendSync` up to the wire; null when an event is whole nowhere, which is told at once. */
  batch(effect: Extract<Effect, { type: 'send_sync' }>): SyncRequest | null {
    const { phone } = this;
    const { disk } = phone;
    const events: SimEvent[] = [];
    for (let seq = effect.from; seq <= effect.to; seq += 1) {
      const event = disk.read(effect.epoch, seq);
      if (!event) {
        this.later({ type: 'event_unreadable', seq });
        return null;
      }
      events.push(event);
    }
    const sealed = events.at(-1) ?? disk.db.head;
    if (sealed.epoch !== effect.epoch) {
      this.later({ type: 'local_failed' });
      return null;
    }
    const { seq, hash } = sealed;
    return {
      device_id: disk.db.device_id ?? '',
      epoch: effect.epoch,
      events,
      sealed: { seq, hash },
      challenge: disk.db.mark.challenge ?? '',
      device_ms: phone.clock(),
      have: disk.have(),
      pending_events: effect.pending.events,
    };
  }

  later(told: Told): void {
    this.phone.world.after(0, () => this.feed(told));
  }

  /** As `receiptFits`. */
  told({ epoch, from, to, acked_seq: known }: Extract<Effect, { type: 'send_sync' }>, reply: Reply): Told {
    const { db } = this.phone.disk;
    const { acked_seq } = reply;
    this.token = reply.token;
    const comparable = to < from || db.mark.server_epoch === reply.server_epoch;
    const known_seq = comparable ? Math.max(known, db.mark.acked[String(epoch)] ?? 0) : 0;
    let receipt_fits = acked_seq <= known_seq;
    if (reply.receipt) {
      const { hash } = reply.receipt;
      const event = db.events.get(`${epoch}-${acked_seq}`);
      if (acked_seq === 0) receipt_fits = hash === ZERO;
      else if (db.head.epoch === epoch && db.head.seq === acked_seq) receipt_fits = hash === db.head.hash;
      else if (event) receipt_fits = event.hash === hash;
      else {
        const after = db.events.get(`${epoch}-${acked_seq + 1}`);
        receipt_fits = after ? after.prev === hash : acked_seq < db.head.seq;
      }
    }
    return { type: 'sync_reply', reply: wired(reply), receipt_fits };
  }
}

/** What a receipt says is looked at before the core hears of it. */
const UNREAD = { text: '', sig: '', key_id: '' };

function wired(reply: Reply): SyncReply {
  const { server_epoch, server_time, challenge, token, acked_seq, results, blobs_wanted, manifest, more, new_epoch } = reply;
  return {
    server_epoch,
    server_time,
    challenge,
    access_token: token,
    acked_seq,
    results,
    blobs_wanted,
    manifest,
    jobs: reply.jobs.map(({ job_id, rev, own_seq, stage }) => ({ job_id, rev, own_seq, fold_v: 1, state: { stage }, people: {} })),
    more,
    directives: new_epoch === null ? [] : [{ new_epoch }],
    receipt: reply.receipt && UNREAD,
  };
}
