/** What the answers about blobs and standards mean (PROTOCOL B). */
import { backoffMs } from './backoff';
import { dispositionOf } from './disposition';
import { failed, heldBack } from './onSync';
import {
  CIRCUIT_FAILURES,
  CHUNK_BYTES_MIN,
  type BlobReceipt,
  type Input,
  type ProblemSeen,
  type Stepped,
  type SyncState,
  type WaitingBlob,
} from './syncState';

const QUICK_CHUNK_MS = 5_000;
const SLOW_CHUNK_MS = 20_000;
/** On a line that breaks, a chunk that is lost whole costs most. It grows only after so many of its size went through. */
const SOUND_CHUNKS = 4;
/** A token that was refused so soon after it was given will not get better by asking again at once. */
const TOKEN_TOO_YOUNG_MS = 60_000;

export function onBlobHead(before: SyncState, input: Input, sha256: string, offset: number): Stepped {
  if (before.busy?.kind !== 'head' || before.busy.sha256 !== sha256) return [before, []];
  const state = answered(before);
  const blob = find(before, sha256);
  // Meanwhile another page may have delivered it: the answer ends the request all the same.
  if (!blob) return [state, []];
  if (offset > blob.size) return [itemFailed(state, input, blob, 'blob-offset'), []];
  return [changed(state, sha256, { offset }), []];
}

/** 204: the server holds more than before. */
export function onBlobProgress(before: SyncState, input: Input, sha256: string, offset: number): Stepped {
  const busy = before.busy;
  if (busy?.kind !== 'chunk' || busy.sha256 !== sha256) return [before, []];
  const state = answered(before);
  const blob = find(before, sha256);
  if (!blob) return [state, []];
  if (offset <= busy.offset || offset > blob.size) return [itemFailed(state, input, { ...blob, offset: null }, 'blob-offset'), []];
  const arrived = wentThrough(state, offset - busy.offset);
  return [changed({ ...arrived, chunk_bytes: chunkAfter(arrived, input.now_ms - busy.since_ms) }, sha256, { offset, failures: 0, trouble: null }), []];
}

export function onBlobReceipt(before: SyncState, sha256: string, receipt: BlobReceipt): Stepped {
  if (before.busy?.kind !== 'chunk' || before.busy.sha256 !== sha256) return [before, []];
  const blobs = before.blobs.filter((blob) => blob.sha256 !== sha256);
  return [{ ...wentThrough(answered(before), before.busy.length), blobs }, [{ type: 'keep_blob_receipt', sha256, receipt }]];
}

export function onBlobProblem(before: SyncState, input: Input, sha256: string, problem: ProblemSeen): Stepped {
  const busy = before.busy;
  if ((busy?.kind !== 'chunk' && busy?.kind !== 'head') || busy.sha256 !== sha256) return [before, []];
  const { status, slug, retry_after_s, offset } = problem;
  const state = heldBack({ ...before, busy: null, online: true }, input, retry_after_s);
  const blob = find(before, sha256);
  if (!blob) return [state, []];
  const name = slug ?? `http-${status}`;
  switch (dispositionOf(status, slug)) {
    case 'offset': {
      const moved = offset !== null && offset <= blob.size && busy.kind === 'chunk' && offset !== busy.offset;
      return [moved ? changed(answered(before), sha256, { offset }) : itemFailed(state, input, { ...blob, offset: null }, name), []];
    }
    case 'token':
      return [withoutToken(state, input), []];
    case 'halve': {
      // What was refused is the chunk as it was, which may have been less than the most that would have been sent.
      const chunk_bytes = smaller(busy.kind === 'chunk' ? busy.length : state.chunk_bytes);
      return [itemFailed({ ...state, chunk_bytes, chunk_bytes_max: chunk_bytes }, input, { ...blob, offset: null }, name), []];
    }
    case 'events_first':
      return [{ ...itemFailed(state, input, { ...blob, offset: null }, name), pull: true }, [{ type: 'check_blob', sha256 }]];
    case 'check':
      return [itemFailed(state, input, { ...blob, offset: 0 }, name), [{ type: 'check_blob', sha256 }]];
    case 'item':
      return [itemFailed(state, input, { ...blob, offset: null }, name), []];
    default:
      if (isOnItsOwn(blob)) return [itemFailed(state, input, { ...blob, offset: null }, name), []];
      // Should it be this blob that breaks the server, the others must get their turn.
      return [failed(itemFailed(state, input, { ...blob, offset: null }, null), input, name, retry_after_s), []];
  }
}

/**
 * The local copies were read again: a blob that is whole and named is tried later, one that no whole event names needs a person. That
 * neither copy was whole may be a disk that did not answer: it is called damaged when the next reading says so too, and read on.
 */
export function onBlobChecked(state: SyncState, input: Extract<Input, { type: 'blob_checked' }>): Stepped {
  const { sha256, whole, named } = input;
  const { busy } = state;
  const ended = busy?.kind === 'chunk' && busy.sha256 === sha256 ? { ...state, busy: null } : state;
  if (whole) return [named ? ended : changed(ended, sha256, { trouble: 'blob-unnamed' }), []];
  const blob = find(ended, sha256);
  if (!blob) return [ended, []];
  const again = blob.trouble === 'blob-unread' || blob.trouble === 'blob-damaged';
  return [itemFailed(ended, input, blob, again ? 'blob-damaged' : 'blob-unread'), []];
}

export function onStandardKept(before: SyncState, digest: string): Stepped {
  const standards = before.standards.filter((wanted) => wanted.digest !== digest);
  return [before.busy?.kind === 'standard' && before.busy.digest === digest ? { ...answered(before), standards } : { ...before, standards }, []];
}

export function onStandardProblem(before: SyncState, input: Input, digest: string, problem: ProblemSeen): Stepped {
  if (before.busy?.kind !== 'standard' || before.busy.digest !== digest) return [before, []];
  const { status, slug, retry_after_s } = problem;
  const state = heldBack({ ...before, busy: null, online: true }, input, retry_after_s);
  const disposition = dispositionOf(status, slug);
  if (disposition === 'token') return [withoutToken(state, input), []];
  const waits = standardFailed(state, input, digest);
  return [disposition === 'retry' ? failed(waits, input, slug ?? `http-${status}`, retry_after_s) : waits, []];
}

/** After a dead request for a standard: it goes to the back, so that one that kills the line lets blobs pass. */
export function onStandardLost(state: SyncState, input: Input): SyncState {
  return state.busy?.kind === 'standard' ? standardFailed(state, input, state.busy.digest) : state;
}

/**
 * After a dead request for a blob: how much of the chunk arrived is not known, and the next one had better be smaller.
 *
 * @returns what to go on with when the line is well but for this blob; null when that was no blob, or is the line's fault.
 */
export function onBlobLost(before: SyncState, input: Input): Stepped | null {
  if (before.busy?.kind !== 'chunk' && before.busy?.kind !== 'head') return null;
  const blob = find(before, before.busy.sha256);
  if (!blob) return null;
  const shrunk = before.busy.kind === 'chunk' ? { chunk_bytes: smaller(smaller(before.chunk_bytes)), sound_bytes: 0 } : {};
  const state: SyncState = { ...before, ...shrunk, busy: null, online: false };
  const unknown = { ...blob, offset: null };
  // The server answered just before, and this blob has killed the line often: a sync will tell whether it is the line.
  if (isOnItsOwn(blob) && before.online === true) return [{ ...itemFailed(state, input, unknown, 'no-connection'), pull: true }, []];
  return [failed(itemFailed(state, input, unknown, null), input, 'no-connection', null), []];
}

function answered(state: SyncState): SyncState {
  return { ...state, busy: null, online: true, failures: 0, last_error: null };
}

/** A blob that failed so often waits alone; whatever it does no longer holds the others back. */
function isOnItsOwn({ failures }: WaitingBlob): boolean {
  return failures + 1 >= CIRCUIT_FAILURES;
}

function standardFailed(state: SyncState, { now_ms, random }: Input, digest: string): SyncState {
  const standards = state.standards.map((wanted) => {
    if (wanted.digest !== digest) return wanted;
    const failures = wanted.failures + 1;
    return { digest, failures, retry_at_ms: now_ms + backoffMs(failures, random) };
  });
  return { ...state, standards };
}

function withoutToken(state: SyncState, input: Input): SyncState {
  const asked: SyncState = { ...state, token_until_ms: 0, pull: true };
  const young = input.now_ms - state.token_since_ms < TOKEN_TOO_YOUNG_MS;
  return young ? failed(asked, input, 'unauthenticated', null) : asked;
}

/** Without `trouble` it was the line or the server that failed: the wait is then for all, and this one only loses its turn. */
function itemFailed(state: SyncState, { now_ms, random }: Input, blob: WaitingBlob, trouble: string | null): SyncState {
  const failures = blob.failures + 1;
  const retry_at_ms = trouble === null ? blob.retry_at_ms : now_ms + backoffMs(failures, random);
  return changed(state, blob.sha256, { offset: blob.offset, failures, retry_at_ms, trouble });
}

function wentThrough(state: SyncState, bytes: number): SyncState {
  return { ...state, sound_bytes: state.sound_bytes === null ? null : state.sound_bytes + bytes };
}

function chunkAfter(state: SyncState, took_ms: number): number {
  const sound = state.sound_bytes === null || state.sound_bytes >= SOUND_CHUNKS * state.chunk_bytes;
  if (took_ms < QUICK_CHUNK_MS) return sound ? Math.min(state.chunk_bytes_max, state.chunk_bytes * 2) : state.chunk_bytes;
  return took_ms > SLOW_CHUNK_MS ? smaller(state.chunk_bytes) : state.chunk_bytes;
}

function smaller(chunk_bytes: number): number {
  return Math.max(CHUNK_BYTES_MIN, Math.floor(chunk_bytes / 2));
}

function find(state: SyncState, sha256: string): WaitingBlob | null {
  return state.blobs.find((blob) => blob.sha256 === sha256) ?? null;
}

function changed(state: SyncState, sha256: string, change: Partial<WaitingBlob>): SyncState {
  return { ...state, blobs: state.blobs.map((blob) => (blob.sha256 === sha256 ? { ...blob, ...change } : blob)) };
}
