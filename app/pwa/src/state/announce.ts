/** What was saved is told to whoever sends: this tab, or the one that holds the lock. */
import { StorageFailed } from '../db/errors';
import { outboxBlob, outboxEvent } from '../db/outbox';
import type { StoredEvent } from '../db/schema';
import type { WaitingBlob } from '../sync/syncState';
import { phoneHere } from './phone';

/** The fact is safe already: should telling the machine fail, the next boot finds it in storage. */
export async function announce(event: StoredEvent): Promise<void> {
  const phone = phoneHere();
  if (!phone) return;
  const blobs = await Promise.all(event.blobs.map((sha256) => waiting(event, sha256)));
  phone.nudge({ type: 'saved', epoch: event.epoch, events: [outboxEvent(event)], blobs });
}

async function waiting(event: StoredEvent, sha256: string): Promise<WaitingBlob> {
  const phone = phoneHere();
  if (!phone) throw new StorageFailed('this phone is not enrolled');
  const blob = await outboxBlob(phone.store, event, sha256);
  // Nothing of a new photo can be at the server yet; the same bytes recorded twice are found out by its answer.
  return { ...blob, offset: 0, failures: 0, retry_at_ms: 0, trouble: null };
}
