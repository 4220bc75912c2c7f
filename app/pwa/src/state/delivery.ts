/** Whether something is delivered, and what stands in its way. Only receipts count. */
import { CIRCUIT_FAILURES, type WaitingBlob } from '../sync/syncState';
import { blobOwners, heldReceipts, standings, syncMark, syncState } from './held';

/** The event and every blob it names are acknowledged. */
export function isDelivered(eventId: string): boolean {
  const standing = standings.value.get(eventId);
  if (!standing?.acked) return false;
  return standing.event.stored.blobs.every((sha256) => heldReceipts.value.blobs.has(sha256));
}

/** Why a blob cannot go without somebody's help: `blob-damaged`, `blob-unnamed`, `blob-missing`, the slug that it keeps failing with, or null. */
export function blobTrouble(sha256: string): string | null {
  if (syncMark.value.missing.includes(sha256)) return 'blob-missing';
  const waiting = waitingBlob(sha256);
  if (!waiting?.trouble) return null;
  return isStuck(waiting) || waiting.failures >= CIRCUIT_FAILURES ? waiting.trouble : null;
}

/** Trying alone will not help: no copy of it is whole, or no whole event names it. */
export function isStuck({ trouble }: WaitingBlob): boolean {
  return trouble === 'blob-damaged' || trouble === 'blob-unnamed';
}

/** Why an event cannot go, or null. */
export function eventTrouble(eventId: string): string | null {
  const { broken_seq, epoch } = syncState.value;
  const standing = standings.value.get(eventId);
  if (!standing || standing.acked) return null;
  const { stored } = standing.event;
  // What was whole went on in the newer epoch; so this was not.
  const left = epoch > 0 && stored.epoch < epoch;
  return left || (stored.epoch === epoch && stored.seq === broken_seq) ? 'event-damaged' : null;
}

/** 0 to 100 of a blob's bytes, as the server last confirmed them. */
export function percentOf(sha256: string): number {
  if (heldReceipts.value.blobs.has(sha256)) return 100;
  const waiting = waitingBlob(sha256);
  if (!waiting || waiting.size === 0) return 0;
  return Math.min(99, Math.floor((100 * (waiting.offset ?? 0)) / waiting.size));
}

export function isSending(sha256: string): boolean {
  const { busy } = syncState.value;
  return (busy?.kind === 'chunk' || busy?.kind === 'head') && busy.sha256 === sha256;
}

/** The office has it and will look at it: flagged, or in quarantine. */
export function isForReview(eventId: string): boolean {
  return heldReceipts.value.verdicts.has(eventId);
}

export function ownerOf(sha256: string): string | null {
  return blobOwners.value.get(sha256)?.stored.event_id ?? null;
}

function waitingBlob(sha256: string): WaitingBlob | null {
  return syncState.value.blobs.find((blob) => blob.sha256 === sha256) ?? null;
}
