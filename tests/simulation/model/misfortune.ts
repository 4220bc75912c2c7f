/** What may happen next in a schedule: work, weather, and every fault that the notes know of. */
import { Files, place, Database, fileOf } from './disk';
import { damaged, type SimEvent } from './event';
import type { Phone } from './phone';
import type { World } from './world';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const RETENTION_DAYS = 14;

const WEIGHTS = {
  record: 44,
  wait: 20,
  line: 8,
  nudge: 4,
  restart: 4,
  kill: 3,
  tab: 3,
  freeze: 2,
  thaw: 4,
  room: 3,
  days: 1.2,
  clock: 1.5,
  event: 1,
  blob: 1,
  base: 0.7,
  files: 0.7,
  all: 0.25,
  office: 4,
  server: 1.5,
  backup: 1.2,
  restore: 0.9,
  disk: 0.7,
  reverted: 0.6,
} as const;

type Name = keyof typeof WEIGHTS;

/** Jobs for everybody before the first day. */
function jobs(world: World): void {
  for (const phone of world.phones) for (let at = 1; at <= 2; at += 1) assign(world, phone, `job-${phone.user}-${at}`);
}

function assign(world: World, phone: Phone, job_id: string): void {
  const job = world.server.db.jobs.get(job_id) ?? { rev: 1, crew: phone.user, open: true, stage: 'dispatched' };
  if (!job.open) return;
  world.server.db.jobs.set(job_id, { ...job, rev: job.rev + 1, crew: phone.user, open: true });
  world.trace?.job(job_id, world.server.db.jobs.get(job_id) ?? null);
}

function happens(world: World): void {
  const { draw } = world;
  const phone = draw.from(world.phones);
  const name = draw.weighed(WEIGHTS);
  world.guarded(() => DEEDS[name](world, phone));
  if (draw.is(0.7)) world.pass(draw.next() * 3_000);
}

const DEEDS: Readonly<Record<Name, (world: World, phone: Phone) => void>> = {
  record: (_, phone) => phone.record(),
  wait: (world) => world.pass(world.draw.next() ** 3 * 30 * MINUTE_MS),
  line: (world, phone) => {
    phone.mood = world.draw.weighed({ good: 5, bad: 5, off: 2, portal: 1, refusing: 1, hanging: 1 });
    if (phone.mood === 'good') phone.nudge('online');
  },
  nudge: (world, phone) => phone.nudge(world.draw.from(['online', 'visible', 'manual'] as const)),
  restart: (_, phone) => phone.boot(),
  kill: (world, phone) => {
    world.faults('browser killed');
    phone.die();
  },
  tab: (world, phone) => {
    world.faults('tab opened or closed');
    if (phone.tabs.length === 0) phone.boot();
    else phone.otherTab();
  },
  freeze: (world, phone) => {
    world.faults('tab frozen');
    phone.freeze();
  },
  thaw: (_, phone) => phone.thaw(),
  room: (world, phone) => {
    const full = world.draw.is(0.5);
    if (full) world.faults('no room');
    phone.disk.full = { db: full && world.draw.is(0.6), files: full && world.draw.is(0.6) };
  },
  days: (world) => {
    world.faults('days pass');
    for (const each of world.phones) each.die();
    const days = world.draw.is(0.4) ? RETENTION_DAYS + world.draw.below(3) : 1 + world.draw.below(9);
    world.pass(days * DAY_MS);
    for (const each of world.phones) each.boot();
  },
  clock: (world, phone) => {
    world.faults('clock moved');
    phone.skew_ms = world.draw.from([0, 0, -DAY_MS, DAY_MS, -10 * MINUTE_MS, 10 * MINUTE_MS, 40 * DAY_MS]);
    world.oracle.clockMoved(phone);
  },
  event: damageEvent,
  blob: damageBlob,
  base: (world, phone) => {
    world.faults('database emptied');
    phone.die();
    harmUnfiled(world, phone);
    phone.disk.db = new Database();
  },
  files: (world, phone) => {
    world.faults('files emptied');
    phone.die();
    const { db } = phone.disk;
    for (const event of phone.disk.files.events.values()) if (db.events.get(place(event.epoch, event.seq))?.body !== event.body) world.oracle.harm(phone, event);
    for (const [sha256] of phone.disk.files.blobs) if (db.blobs.get(sha256) !== 'whole') world.oracle.harmedBlobs.add(sha256);
    phone.disk.files = new Files();
  },
  all: (world, phone) => {
    world.faults('storage emptied');
    phone.die();
    world.oracle.emptied.add(phone);
    phone.disk.db = new Database();
    phone.disk.files = new Files();
  },
  office,
  server: (world) => {
    if (world.down) return;
    world.faults('server down');
    world.down = true;
    world.after(world.draw.next() * 20 * MINUTE_MS, () => (world.down = false));
  },
  backup: (world) => {
    world.backups.push({ at_ms: world.now_ms, db: world.server.db.copy() });
    world.trace?.backup();
  },
  restore: (world) => {
    const backup = world.backups.at(-1);
    if (!backup) return;
    world.faults('restored from a backup');
    if (world.now_ms - backup.at_ms >= RETENTION_DAYS * DAY_MS) world.oracle.restoredTooOld = true;
    world.server.restore(backup.db);
    world.trace?.restore(world.server.lineage);
  },
  disk: (world) => {
    // What the server holds of an unfinished photo is not what was sent.
    const partial = [...world.server.db.blobs].find(([, held]) => !held.verified && held.offset > 0);
    if (!partial || world.trace) return;
    world.faults('partial photo spoilt');
    partial[1].spoilt = true;
  },
  reverted: (_, phone) => {
    // A phone's backup brings back an older log: what is recorded then takes places that are taken.
    const { disk } = phone;
    const last = disk.db.events.get(place(disk.db.head.epoch, disk.db.head.seq));
    if (!last || disk.db.head.seq < 2) return;
    fork(phone);
  },
};

/** Somebody else writes on the same log with the same key, as a copied profile does: up to three events, sent at once. */
function fork(phone: Phone): void {
  const { world, disk } = phone;
  const { server } = world;
  const rows = server.db.logs.get(`${disk.db.device_id} ${disk.db.head.epoch}`);
  const end = rows?.at(-1)?.event;
  const ours = end && disk.db.events.get(place(end.epoch, end.seq))?.hash === end.hash;
  if (!end || !ours || !disk.db.device_id) return;
  const events = [phone.cloned(end)];
  for (let more = world.draw.below(3); more > 0; more -= 1) events.push(phone.cloned(events.at(-1) ?? end));
  const { seq, hash, epoch } = events.at(-1) ?? end;
  const challenge = server.challenge(disk.db.device_id);
  world.trace?.challenge(disk.db.device_id, challenge);
  const request = { device_id: disk.db.device_id, epoch, events, sealed: { seq, hash }, challenge, device_ms: world.now_ms, have: [], pending_events: 1 };
  world.faults('log cloned');
  const answer = server.sync(request);
  world.trace?.sync(request, answer);
}

/** Of what the database held alone, nothing is left when it goes. */
function harmUnfiled(world: World, phone: Phone): void {
  const { db, files } = phone.disk;
  for (const event of db.events.values()) if (files.events.get(fileOf(event))?.body !== event.body) world.oracle.harm(phone, event);
  for (const [sha256] of db.blobs) if (files.blobs.get(sha256) !== 'whole') world.oracle.harmedBlobs.add(sha256);
}

function damageEvent(world: World, phone: Phone): void {
  const all = [...phone.disk.db.events];
  if (all.length === 0) return;
  const first = world.draw.below(all.length);
  const both = world.draw.is(0.5);
  // What lies side by side goes together.
  for (const one of all.slice(first, first + (world.draw.is(0.3) ? 3 : 1))) damageOne(world, phone, one, both);
}

function damageOne(world: World, phone: Phone, [at, event]: [string, SimEvent], both: boolean): void {
  const { db, files } = phone.disk;
  world.faults('event damaged');
  const file = files.events.get(fileOf(event));
  if (both || !file || file.body !== event.body) world.oracle.harm(phone, event);
  db.events.set(at, damaged(event));
  if (both && file) files.events.set(fileOf(event), damaged(file));
}

function damageBlob(world: World, phone: Phone): void {
  const { db, files } = phone.disk;
  const all = [...db.blobs.keys()];
  if (all.length === 0) return;
  const sha256 = world.draw.from(all);
  world.faults('photo damaged');
  const both = world.draw.is(0.5);
  if (both || files.blobs.get(sha256) !== 'whole') world.oracle.harmedBlobs.add(sha256);
  db.blobs.set(sha256, 'damaged');
  if (both && files.blobs.has(sha256)) files.blobs.set(sha256, 'damaged');
}

/** Jobs come, change hands, are approved or cancelled; people are disabled and devices revoked. */
function office(world: World, phone: Phone): void {
  const { server, draw, trace } = world;
  if (world.down) return;
  const drawn = draw.next();
  if (drawn < 0.4) return assign(world, phone, `job-${draw.below(6)}`);
  if (drawn < 0.8) {
    const id = draw.from([...server.db.jobs.keys()]);
    const job = server.db.jobs.get(id);
    if (!job) return;
    const stage = draw.from(['approved', 'cancelled']);
    // What the fold makes of approving is not the line's business, so a trace has none of it.
    if (stage === 'approved' && trace) return;
    if (!job.open) return;
    server.db.jobs.set(id, { ...job, rev: job.rev + 1, open: stage !== 'cancelled', stage });
    trace?.job(id, server.db.jobs.get(id) ?? null);
    return;
  }
  if (drawn < 0.92) {
    const off = server.db.disabled.delete(phone.user);
    if (!off) server.db.disabled.add(phone.user);
    trace?.disabled(phone.user, !off);
    return;
  }
  const device = server.db.devices.get(phone.disk.db.device_id ?? '');
  if (device) device.revoked = true;
  if (device) trace?.revoked(device.device_id);
}

export const misfortune = { jobs, happens };
