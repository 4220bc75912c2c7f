/** What to do next: events before standards before blobs, statements and strokes before photos, the oldest first. */
import {
  BATCH_EVENT_BYTES_MAX,
  hasHole,
  pendingOf,
  POLL_MS,
  READ_AGAIN_MS,
  type Busy,
  type Effect,
  type Stepped,
  type SyncState,
  type WaitingBlob,
} from './syncState';

const ASKED_MS = 2_000;

/** Start the next request if there is one, else say how long to wait. */
export function next(state: SyncState, now_ms: number, effects: readonly Effect[]): Stepped {
  if (!state.booted || !state.leads || state.busy || state.working) return [state, effects];
  const held_ms = state.next_try_ms - now_ms;
  if (held_ms > 0) return [state, [...effects, { type: 'wait', ms: held_ms }]];
  if (state.waiting.length === 0 && hasHole(state)) return reportHole(state, effects);
  const due = state.last_ok_ms !== null && now_ms - state.last_ok_ms >= POLL_MS ? { ...state, pull: true } : state;
  if (due.pull && due.waiting.length === 0 && due.clock_ms - due.read_ms >= READ_AGAIN_MS) return readAgain(due, effects);
  const request = nextRequest(due, now_ms);
  if (request) return [{ ...due, busy: request.busy }, [...effects, request.effect]];
  return [due, [...effects, { type: 'wait', ms: Math.max(1, nextDue_ms(due, now_ms) - now_ms) }]];
}

/** The word of what another page saved may have been lost; storage has it. Who has nothing to send looks there before asking the office. */
function readAgain(state: SyncState, effects: readonly Effect[]): Stepped {
  const { epoch, acked_seq } = state;
  return [{ ...state, working: 'reading_log' }, [...effects, { type: 'read_log', epoch, acked_seq }]];
}

/** The server gives a new epoch only for an event behind the hole. When there is none, there is the report of the loss. */
function reportHole(state: SyncState, effects: readonly Effect[]): Stepped {
  const { epoch, acked_seq, head_seq } = state;
  return [{ ...state, working: 'reporting_hole' }, [...effects, { type: 'report_hole', epoch, acked_seq, from: acked_seq + 1, to: head_seq }]];
}

interface Request {
  readonly busy: Busy;
  readonly effect: Effect;
}

function nextRequest(state: SyncState, now_ms: number): Request | null {
  const [from, to] = nextBatch(state);
  const standard = state.standards.find(({ retry_at_ms }) => retry_at_ms <= now_ms);
  const blob = nextBlob(state, now_ms);
  const needs_token = (standard !== undefined || blob !== undefined) && state.token_until_ms <= now_ms;
  if (to >= from || (state.pull && !(blob && isJustAsked(state, now_ms))) || needs_token) {
    const busy: Busy = { kind: 'sync', from, to, since_ms: now_ms };
    const has_token = state.token_until_ms > now_ms;
    return { busy, effect: { type: 'send_sync', epoch: state.epoch, from, to, acked_seq: state.acked_seq, pending: pendingOf(state), has_token } };
  }
  // One that failed more often than the blob beside it must not keep it back.
  if (standard && !(blob && blob.failures < standard.failures)) {
    const { digest } = standard;
    const others = state.standards.flatMap((one) => (one !== standard && one.retry_at_ms <= now_ms ? [one.digest] : []));
    return { busy: { kind: 'standard', digest, since_ms: now_ms }, effect: { type: 'get_standard', digest, others } };
  }
  return blob ? blobRequest(state, blob, now_ms) : null;
}

/** However often a thumb taps, between two questions to the office a piece of a photo goes. */
function isJustAsked({ last_ok_ms }: SyncState, now_ms: number): boolean {
  return last_ok_ms !== null && last_ok_ms <= now_ms && now_ms - last_ok_ms < ASKED_MS;
}

/** The first in order among those that failed least: one that breaks the server or the line must not keep the others back. */
function nextBlob(state: SyncState, now_ms: number): WaitingBlob | undefined {
  const ready = state.blobs.filter((blob) => isReady(state, blob) && blob.retry_at_ms <= now_ms);
  const fewest = Math.min(...ready.map(({ failures }) => failures));
  return ready.find(({ failures }) => failures === fewest);
}

function blobRequest(state: SyncState, { sha256, size, offset }: WaitingBlob, now_ms: number): Request {
  if (offset === null) return { busy: { kind: 'head', sha256, since_ms: now_ms }, effect: { type: 'head_blob', sha256 } };
  // Nothing may be left to send while the receipt is still missing: an empty chunk asks for it (B6).
  const length = Math.min(state.chunk_bytes, size - offset);
  return { busy: { kind: 'chunk', sha256, offset, length, since_ms: now_ms }, effect: { type: 'send_chunk', sha256, offset, length, size } };
}

/** The seqs from and to, both inclusive, of the next batch; an empty one ends before it begins. */
function nextBatch(state: SyncState): [from: number, to: number] {
  if (state.contested_seq !== null) return [state.contested_seq, state.contested_seq];
  const first = state.waiting[0];
  const last = state.waiting.at(-1);
  // Behind a hole nothing is stored; the last event alone shows the server that there is one (S16).
  if (first && last && first.seq > Math.max(state.acked_seq, state.said_seq) + 1 && hasHole(state)) return [last.seq, last.seq];
  const from = first?.seq ?? state.acked_seq + 1;
  let to = from - 1;
  let bytes = 0;
  for (const { seq, size } of state.waiting) {
    const full = seq - from >= state.batch_events_max || (bytes + size > BATCH_EVENT_BYTES_MAX && seq > from);
    const stopped = state.cut_before !== null && seq >= state.cut_before;
    if (seq !== to + 1 || full || stopped) break;
    bytes += size;
    to = seq;
  }
  return [from, to];
}

/** Whether the server can take it now: its event has arrived. */
export function isReady(state: SyncState, blob: WaitingBlob): boolean {
  const named = blob.epoch < state.epoch || blob.seq <= state.acked_seq;
  return named && blob.trouble !== 'blob-unnamed';
}

function nextDue_ms(state: SyncState, now_ms: number): number {
  const retries = [...state.standards, ...state.blobs.filter((blob) => isReady(state, blob))].map(({ retry_at_ms }) => retry_at_ms);
  return Math.min((state.last_ok_ms ?? now_ms) + POLL_MS, ...retries);
}

/** The order of upload. */
export function inOrder(blobs: readonly WaitingBlob[]): WaitingBlob[] {
  return [...blobs].sort((a, b) => a.rank - b.rank || a.epoch - b.epoch || a.seq - b.seq || (a.sha256 < b.sha256 ? -1 : 1));
}
