/** What a start of the app does before anything else, as `db/recover` and `db/enrolment` do it. */
import { NO_SYNC } from '../../../app/pwa/src/db/meta';
import { fileOf, place, type Disk } from './disk';
import { isWhole, ownFact, ZERO, type SimEvent } from './event';

/** @returns whether the phone is still a device; else it has to be enrolled. */
export function recover(disk: Disk): boolean {
  const { db, files } = disk;
  if (db.install?.filed && !files.installed && db.device_id !== null) disk.write(() => (db.files_lost = true));
  for (const [sha256, state] of files.blobs) if (!db.blobs.has(sha256) && state === 'whole') disk.write(() => db.blobs.set(sha256, 'whole'));
  restoreEvents(disk);
  if (db.device_id === null && (files.device_id !== null || files.events.size > 0 || db.events.size > 0)) noteLostKey(disk);
  disk.write(() => (db.install = { filed: true }));
  disk.write(() => {
    files.installed = true;
    files.device_id = db.device_id;
  });
  return db.device_id !== null;
}

function restoreEvents(disk: Disk): void {
  const { db, files } = disk;
  const known = new Set([...db.events.values()].map(fileOf));
  const found = [...files.events].filter(([name, event]) => !known.has(name) && !db.aside.has(name) && !db.recovered.has(name) && isWhole(event));
  found.sort(([, a], [, b]) => a.epoch - b.epoch || a.seq - b.seq);
  for (const [name, event] of found) {
    const own = db.device_id !== null && event.device_id === db.device_id;
    if (!own || !putBack(disk, event)) disk.write(() => db.recovered.set(name, event));
  }
}

function putBack(disk: Disk, event: SimEvent): boolean {
  const { db } = disk;
  const follows = event.epoch === db.head.epoch && event.seq === db.head.seq + 1 && event.prev === db.head.hash;
  const within = event.epoch < db.head.epoch || (event.epoch === db.head.epoch && event.seq <= db.head.seq);
  if (!follows && (!within || db.events.has(place(event.epoch, event.seq)))) return false;
  disk.write(() => {
    db.events.set(place(event.epoch, event.seq), event);
    if (follows) db.head = { epoch: event.epoch, seq: event.seq, hash: event.hash };
  });
  return true;
}

function noteLostKey(disk: Disk): void {
  const { db } = disk;
  if (db.former && db.events.size === 0) return;
  const all = [...db.recovered.values(), ...db.events.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
  const last = all.at(-1);
  disk.write(() => {
    for (const event of db.events.values()) db.recovered.set(fileOf(event), event);
    db.events.clear();
    db.former = { epoch: last?.epoch ?? 0, acked_seq: 0 };
    db.mark = NO_SYNC;
  });
}

/** As `keepEnrolment`: key, identity and an empty log, together. */
export function keepEnrolment(disk: Disk, device_id: string, server_epoch: string, challenge: string, all_lost: boolean): void {
  const { db, files } = disk;
  disk.write(() => {
    db.device_id = device_id;
    db.all_lost = all_lost;
    db.head = { epoch: 1, seq: 0, hash: ZERO };
    db.mark = { ...NO_SYNC, server_epoch, challenge };
  });
  disk.write(() => (files.device_id = device_id));
}

/** As `reclaim`, and what a phone records about itself at a start. */
export function reclaim(disk: Disk, newId: () => string): void {
  const { db, files } = disk;
  if (db.former) {
    const { epoch, acked_seq } = db.former;
    const opening = { prior_epoch: epoch, prior_acked_seq: acked_seq, reason: 'storage_lost' };
    disk.save([ownFact(newId(), 'storage.lost', 'database'), ownFact(newId(), 'log.opened', 'storage_lost', opening)]);
    disk.write(() => (db.former = null));
  } else if (db.recovered.size > 0) disk.save([ownFact(newId(), 'storage.lost', 'database')]);
  const waiting = [...db.recovered].sort(([, a], [, b]) => a.epoch - b.epoch || a.seq - b.seq);
  if (waiting.length > 0) {
    disk.again(waiting.map(([, event]) => event));
    disk.write(() => {
      for (const [name] of waiting) {
        db.aside.add(name);
        db.recovered.delete(name);
      }
    });
  }
  if (db.all_lost) {
    disk.save([ownFact(newId(), 'storage.lost', 'all')]);
    disk.write(() => (db.all_lost = false));
  }
  if (db.files_lost) {
    disk.save([ownFact(newId(), 'storage.lost', 'files')]);
    disk.write(() => (db.files_lost = false));
  }
  // As `fileAll`: the second copy of whatever has only one.
  if (disk.full.files) return;
  for (const event of db.events.values()) if (isWhole(event) && !files.events.has(fileOf(event))) disk.write(() => files.events.set(fileOf(event), event));
  for (const [sha256, state] of db.blobs) if (state === 'whole' && files.blobs.get(sha256) !== 'whole') disk.write(() => files.blobs.set(sha256, 'whole'));
}
