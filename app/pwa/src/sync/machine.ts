/**
 * The sync core: `step(state, input) -> [state, effects]`, pure.
 *
 * It has no clock, no network, no storage and no chance of its own: every input carries the time and one random number. The
 * engine (`drain.ts`) runs the effects and feeds back what happened, and a simulator may do the same.
 *
 *            boot, lock                    one request at a time
 *   asleep ------------> due? --yes--> [send_sync | readmit | get_standard | head_blob | send_chunk] --answer--> due?
 *                          \--no---> wait --timer, saved, online, visible, manual--> due?
 *
 * What must never happen here: dropping an event or a blob for any reason but a receipt.
 */
import { inOrder, next } from './next';
import {
  onBlobChecked,
  onBlobHead,
  onBlobProblem,
  onBlobProgress,
  onBlobReceipt,
  onBlobLost,
  onStandardKept,
  onStandardLost,
  onStandardProblem,
} from './onBlob';
import { failed, onReadmitProblem, onReadmitted, onSyncLost, onSyncProblem, onSyncReply } from './onSync';
import { CHUNK_BYTES_MAX, type Input, type LogView, type Stepped, type SyncState, type WaitingBlob, type WaitingEvent } from './syncState';

/** So long after it was read, the log counts as known. */
const FRESH_MS = 1_000;

export function step(state: SyncState, input: Input): Stepped {
  const [after, effects] = take(atClock(state, input.now_ms), input);
  return next(after, input.now_ms, effects);
}

/** When the clock was turned back, all times that were noted go back with it. */
function atClock(state: SyncState, now_ms: number): SyncState {
  const by_ms = now_ms - state.clock_ms;
  if (by_ms >= 0) return { ...state, clock_ms: now_ms };
  return {
    ...state,
    clock_ms: now_ms,
    read_ms: state.read_ms + by_ms,
    next_try_ms: state.next_try_ms + by_ms,
    held_back_until_ms: state.held_back_until_ms + by_ms,
    token_since_ms: state.token_since_ms + by_ms,
    token_until_ms: state.token_until_ms + by_ms,
    last_ok_ms: state.last_ok_ms === null ? null : state.last_ok_ms + by_ms,
    busy: state.busy === null ? null : { ...state.busy, since_ms: state.busy.since_ms + by_ms },
    blobs: state.blobs.map((blob) => ({ ...blob, retry_at_ms: blob.retry_at_ms + by_ms })),
    standards: state.standards.map((wanted) => ({ ...wanted, retry_at_ms: wanted.retry_at_ms + by_ms })),
  };
}

function take(state: SyncState, input: Input): Stepped {
  switch (input.type) {
    case 'boot': {
      const { server_epoch, standards } = input;
      const wanted = standards.map((digest) => ({ digest, failures: 0, retry_at_ms: 0 }));
      return [{ ...withLog(state, input), booted: true, server_epoch, standards: wanted }, []];
    }
    case 'lock':
      return onLock(state, input.held);
    case 'saved':
      return onSaved(state, input.epoch, input.events, input.blobs);
    case 'online':
    case 'visible':
    case 'manual':
      return [onNudge(state, input), []];
    case 'timer':
      return state.stale && !state.working && input.now_ms >= state.next_try_ms ? readLog({ ...state, stale: false }) : [state, []];
    case 'sync_reply':
      return onSyncReply(state, input, input.reply, input.receipt_fits);
    case 'sync_problem':
      return onSyncProblem(state, input, input.problem);
    case 'readmitted':
      return onReadmitted(state, input.challenge);
    case 'readmit_problem':
      return onReadmitProblem(state, input, input.problem);
    case 'event_unreadable':
      return onEventUnreadable(state, input.seq);
    case 'event_checked':
      return onEventChecked(state, input.seq, input.whole);
    case 'network_failed':
      return onNetworkFailed(state, input);
    case 'epoch_opened':
    case 'log_read':
      return onLogRead(state, input);
    case 'local_failed':
      return onLocalFailed(state, input);
    case 'standards_wanted':
      return [onStandardsWanted(state, input.digests), []];
    case 'standard_kept':
      return onStandardKept(state, input.digest);
    case 'standard_problem':
      return onStandardProblem(state, input, input.digest, input.problem);
    case 'blob_head':
      return onBlobHead(state, input, input.sha256, input.offset);
    case 'blob_progress':
      return onBlobProgress(state, input, input.sha256, input.offset);
    case 'blob_receipt':
      return onBlobReceipt(state, input.sha256, input.receipt);
    case 'blob_problem':
      return onBlobProblem(state, input, input.sha256, input.problem);
    case 'blob_checked':
      return onBlobChecked(state, input);
    case 'blobs_found':
      return [{ ...state, blobs: withBlobs(state.blobs, input.blobs) }, []];
  }
}

/** The log as storage has it. What is known about uploads under way is kept. */
function withLog(state: SyncState, { epoch, acked_seq, head_seq, waiting, blobs }: LogView): SyncState {
  const known = new Map(state.blobs.map((blob) => [blob.sha256, blob]));
  const merged = blobs.map((blob) => {
    const { offset = blob.offset, failures = 0, retry_at_ms = 0, trouble = null } = known.get(blob.sha256) ?? {};
    return { ...blob, offset, failures, retry_at_ms, trouble };
  });
  return { ...state, read_ms: state.clock_ms, epoch, acked_seq, said_seq: 0, contested_seq: null, head_seq, waiting, blobs: inOrder(merged) };
}

function onLogRead(state: SyncState, log: LogView): Stepped {
  const read: SyncState = { ...withLog(state, log), restored_from: null, working: null, stale: false, pull: true, cut_before: null, broken_seq: null };
  return state.stale ? readLog(read) : [read, []];
}

/** New events continue what waits. If they do not, or the log is in motion, storage has the last word. */
function onSaved(state: SyncState, epoch: number, events: readonly WaitingEvent[], blobs: readonly WaitingBlob[]): Stepped {
  if (!state.booted) return [state, []];
  if (state.working) return [{ ...state, stale: true }, []];
  const fresh = epoch === state.epoch ? events.filter(({ seq }) => seq > state.head_seq) : [];
  if (epoch !== state.epoch || (fresh[0] && fresh[0].seq !== state.head_seq + 1)) return readLog(state);
  const head_seq = fresh.at(-1)?.seq ?? state.head_seq;
  return [{ ...state, head_seq, waiting: [...state.waiting, ...fresh], blobs: withBlobs(state.blobs, blobs) }, []];
}

/** Who takes the lead from another page knows nothing of what that one delivered. */
function onLock(before: SyncState, held: boolean): Stepped {
  const state: SyncState = { ...before, leads: held };
  const old = held && state.booted && !state.working && state.clock_ms - state.read_ms > FRESH_MS;
  return old ? [{ ...state, working: 'reading_log' }, [{ type: 'read_log', epoch: state.epoch, acked_seq: null }]] : [state, []];
}

function readLog(state: SyncState): Stepped {
  return [{ ...state, working: 'reading_log' }, [{ type: 'read_log', epoch: state.epoch, acked_seq: state.acked_seq }]];
}

/** A blob that waits already keeps its place and what is known about it. */
function withBlobs(before: readonly WaitingBlob[], more: readonly WaitingBlob[]): WaitingBlob[] {
  const known = new Set(before.map(({ sha256 }) => sha256));
  return inOrder([...before, ...more.filter(({ sha256 }) => !known.has(sha256))]);
}

/** The connection may be back, or somebody wants to see something happen: what waited for a failure waits no longer. */
function onNudge(state: SyncState, input: Input): SyncState {
  const held_ms = input.type === 'manual' ? 0 : state.held_back_until_ms;
  return {
    ...state,
    pull: true,
    failures: 0,
    next_try_ms: Math.min(state.next_try_ms, Math.max(input.now_ms, held_ms)),
    // Another network may have another proxy.
    chunk_bytes_max: input.type === 'online' ? CHUNK_BYTES_MAX : state.chunk_bytes_max,
    blobs: state.blobs.map((blob) => ({ ...blob, ...askedByHand(blob, input), retry_at_ms: Math.min(blob.retry_at_ms, input.now_ms) })),
    standards: state.standards.map((wanted) => ({ ...wanted, retry_at_ms: Math.min(wanted.retry_at_ms, input.now_ms) })),
  };
}

/** That no event names a blob may have been the word of somebody in between: by hand, it is asked once more. */
function askedByHand({ trouble }: WaitingBlob, { type }: Input): Partial<WaitingBlob> {
  return type === 'manual' && trouble === 'blob-unnamed' ? { trouble: null } : {};
}

function onNetworkFailed(state: SyncState, input: Input): Stepped {
  if (!state.busy) return [state, []];
  const ofBlob = onBlobLost(state, input);
  if (ofBlob) return ofBlob;
  const lost = { ...onSyncLost(onStandardLost(state, input), input), busy: null, online: false };
  return [failed(lost, input, 'no-connection', null), []];
}

/** Storage failed: what was thought kept may not be. What waits is read anew, since only storage knows. */
function onLocalFailed(state: SyncState, input: Input): Stepped {
  const server_epoch = state.restored_from ?? state.server_epoch;
  return [{ ...failed(state, input, 'storage', null), server_epoch, restored_from: null, busy: null, working: null, stale: true }, []];
}

function onEventUnreadable(state: SyncState, seq: number): Stepped {
  if (state.busy?.kind !== 'sync') return [state, []];
  const rest = withoutEvent({ ...state, busy: null, pull: true }, seq);
  return state.contested_seq === seq ? contestedBehind(rest, seq) : [rest, []];
}

/**
 * The server has another event there, and ours cannot be shown. What follows upon ours shows the two branches as well; where that is
 * whole nowhere either, the last event shows the hole.
 */
function contestedBehind(state: SyncState, seq: number): Stepped {
  const next = state.waiting.find((event) => event.seq === seq + 1);
  const behind = next ?? state.waiting.filter((event) => event.seq > seq).at(-1);
  if (behind) return [{ ...state, contested_seq: behind.seq }, []];
  const { epoch, acked_seq, head_seq } = state;
  return [{ ...state, working: 'reporting_hole' }, [{ type: 'report_hole', epoch, acked_seq, from: seq, to: head_seq }]];
}

function onEventChecked(state: SyncState, seq: number, whole: boolean): Stepped {
  const idle: SyncState = { ...state, working: null, stale: false };
  const checked = whole ? idle : withoutEvent(idle, seq);
  return state.stale ? readLog(checked) : [checked, []];
}

/** Neither copy of an event is whole. What stands before it still goes; for what stands behind, a new epoch is asked for. */
function withoutEvent(state: SyncState, broken_seq: number): SyncState {
  const waiting = state.waiting.filter(({ seq }) => seq !== broken_seq);
  return { ...state, waiting, broken_seq, contested_seq: null, last_error: 'event-damaged' };
}

function onStandardsWanted(state: SyncState, digests: readonly string[]): SyncState {
  const known = new Map(state.standards.map((wanted) => [wanted.digest, wanted]));
  return { ...state, standards: digests.map((digest) => known.get(digest) ?? { digest, failures: 0, retry_at_ms: 0 }) };
}

