/** What was saved is told to whoever sends: this tab, or the one that holds the lock. */
import type { EvidenceStore } from '../db/evidence';
import { outboxBlob, outboxEvent } from '../db/outbox';
import type { StoredEvent } from '../db/schema';
import type { WaitingBlob } from '../sync/syncState';
import { phoneHere } from './phone';

/** Never rejects: the fact is safe already, and whoever sends finds it in storage before its next question to the office. */
export async function announce(event: StoredEvent): Promise<void> {
  const phone = phoneHere();
  if (!phone) return;
  try {
    const blobs = await Promise.all(event.blobs.map((sha256) => waiting(phone.store, event, sha256)));
    phone.nudge({ type: 'saved', epoch: event.epoch, events: [outboxEvent(event)], blobs });
  } catch {
    phone.nudge({ type: 'visible' });
  }
}

async function waiting(store: EvidenceStore, event: StoredEvent, sha256: string): Promise<WaitingBlob> {
  const blob = await outboxBlob(store, event, sha256);
  // Nothing of a new photo can be at the server yet; the same bytes recorded twice are found out by its answer.
  return { ...blob, offset: 0, failures: 0, retry_at_ms: 0, trouble: null };
}
