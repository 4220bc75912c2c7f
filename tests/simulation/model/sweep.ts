/** Letting go of evidence by the predicate that ships, in the order of `db/sweep`. The world checks each that goes. */
import { lifetimeOf } from '../../../app/pwa/src/db/sweep';
import { mayDelete } from '../../../app/pwa/src/db/retention';
import { fileOf, place } from './disk';
import type { SimEvent } from './event';
import type { Phone } from './phone';

export function letGo(phone: Phone): void {
  const { disk, world } = phone;
  const { db, files } = disk;
  // Nothing can be old enough: most schedules never get here.
  if (world.now_ms - world.began_ms < 13 * 24 * 3_600_000) return;
  const events = disk.all();
  const places = new Map<string, SimEvent[]>();
  for (const event of events) places.set(event.event_id, [...(places.get(event.event_id) ?? []), event]);
  const receipts = new Map([...db.receipts].map(([sha256, { server_time }]) => [sha256, server_time]));
  const over = events.filter((event) => mayDelete(lifetimeOf(event, places.get(event.event_id) ?? [event], db.jobs, receipts, db.mark)));
  const kept = new Set(events.filter((event) => !over.includes(event)).flatMap(({ blobs }) => blobs));
  for (const event of over) {
    world.oracle.letGo(phone, event);
    const blobs = event.blobs.filter((sha256) => !kept.has(sha256));
    disk.write(() => {
      db.events.delete(place(event.epoch, event.seq));
      for (const sha256 of blobs) db.blobs.delete(sha256);
    });
    for (const sha256 of blobs) disk.write(() => files.blobs.delete(sha256));
    disk.write(() => files.events.delete(fileOf(event)));
  }
}
