/** What waits on a phone, as `db/outbox` reads it. */
import type { LogView, WaitingBlob } from '../../../app/pwa/src/sync/syncState';
import type { Disk } from './disk';

export function outboxOf({ db }: Disk, acked_seq?: number): LogView {
  const { epoch, seq: head_seq } = db.head;
  const acked = acked_seq ?? db.mark.acked[String(epoch)] ?? 0;
  const waiting = [];
  const blobs = new Map<string, WaitingBlob>();
  const all = [...db.events.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
  for (const event of all) {
    if (event.epoch === epoch && event.seq > acked) waiting.push({ seq: event.seq, size: 600, at: '' });
    for (const sha256 of event.blobs) {
      if (db.receipts.has(sha256)) continue;
      const rank = event.kind === 'signoff.recorded' ? 0 : 1;
      blobs.set(sha256, {
        sha256,
        size: event.bytes,
        rank,
        epoch: event.epoch,
        seq: event.seq,
        at: '',
        offset: null,
        failures: 0,
        retry_at_ms: 0,
        trouble: null,
      });
    }
  }
  return { epoch, acked_seq: acked, head_seq, waiting, blobs: [...blobs.values()] };
}
