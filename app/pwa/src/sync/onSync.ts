/** What the answer to a sync means (PROTOCOL S). */
import { backoffMs, retryAfterMs } from './backoff';
import { dispositionOf } from './disposition';
import {
  BATCH_EVENTS_MAX,
  TOKEN_MS,
  type Effect,
  type Input,
  type ProblemSeen,
  type Stepped,
  type SyncState,
} from './syncState';
import type { SyncReply } from './wire';

/** The global wait after a failure; everything stays as it is. */
export function failed(state: SyncState, { now_ms, random }: Input, slug: string, retry_after_s: number | null): SyncState {
  const failures = state.failures + 1;
  const asked_ms = retryAfterMs(retry_after_s);
  return {
    ...state,
    failures,
    resigned: false,
    last_error: slug,
    next_try_ms: now_ms + Math.max(backoffMs(failures, random), asked_ms),
    held_back_until_ms: asked_ms > 0 ? now_ms + asked_ms : state.held_back_until_ms,
  };
}

export function onSyncReply(before: SyncState, input: Input, reply: SyncReply, receipt_fits: boolean): Stepped {
  const busy = before.busy;
  if (busy?.kind !== 'sync') return [before, []];
  const state: SyncState = { ...before, busy: null, online: true, resigned: false };
  const fork = firstFork(reply);
  const opens = newEpoch(state, reply);
  if (!receipt_fits && opens === null) return [failed(state, input, 'receipt-mismatch', null), []];
  const acked_seq = Math.min(reply.acked_seq, fork - 1, state.acked_seq + state.waiting.length);
  const progressed: SyncState = {
    ...answered(state, input, reply),
    acked_seq,
    waiting: state.waiting.filter(({ seq }) => seq > acked_seq),
    cut_before: state.cut_before !== null && acked_seq >= state.cut_before - 1 ? null : state.cut_before,
    broken_seq: state.broken_seq !== null && acked_seq >= state.broken_seq ? null : state.broken_seq,
  };
  const restored = state.server_epoch !== null && state.server_epoch !== reply.server_epoch;
  const effects: Effect[] = [{ type: 'keep_reply', reply, epoch: state.epoch, acked_seq }, ...lookFor(state, reply)];
  // Before the new lineage is noted: a crash in between must not make us forget to do it.
  if (restored) effects.unshift({ type: 'record_older', epoch: state.epoch });
  if (opens !== null) {
    const { epoch } = opens;
    effects.push({ type: 'open_epoch', epoch, prior_epoch: state.epoch, acked_seq, reason: opens.reason });
    return [{ ...progressed, working: 'opening_epoch' }, effects];
  }
  if (restored || acked_seq < before.acked_seq) {
    // The server knows less than it did. What it had acknowledged is read and sent again, that of closed epochs as well.
    effects.push({ type: 'read_log', epoch: state.epoch, acked_seq });
    return [{ ...progressed, working: 'reading_log' }, effects];
  }
  // A batch that moved nothing would be sent for ever without a pause.
  if (busy.to >= busy.from && acked_seq < busy.from) return [{ ...failed(progressed, input, 'gap', null), pull: false }, effects];
  return [progressed, effects];
}

function answered(state: SyncState, { now_ms }: Input, reply: SyncReply): SyncState {
  return {
    ...state,
    server_epoch: reply.server_epoch,
    token_since_ms: now_ms,
    token_until_ms: now_ms + TOKEN_MS,
    pull: reply.more && reply.jobs.length > 0,
    batch_events_max: Math.min(BATCH_EVENTS_MAX, state.batch_events_max * 2),
    failures: 0,
    next_try_ms: 0,
    held_back_until_ms: 0,
    last_ok_ms: now_ms,
    last_error: null,
  };
}

/** The first seq of ours that the server holds another event for; endless when there is none (S9). */
function firstFork(reply: SyncReply): number {
  const forked = reply.results.filter(({ status, flags }) => status === 'quarantined' && flags.includes('fork'));
  return Math.min(Number.MAX_SAFE_INTEGER, ...forked.map(({ seq }) => seq));
}

function newEpoch(state: SyncState, reply: SyncReply): { epoch: number; reason: string } | null {
  const numbers = reply.directives.flatMap(({ new_epoch, reason }) => (new_epoch === null ? [] : [{ epoch: new_epoch, reason: reason ?? 'fork' }]));
  const newest = numbers.sort((a, b) => b.epoch - a.epoch)[0];
  return newest && newest.epoch > state.epoch ? newest : null;
}

/** The server's list is the truth: a blob on it that we thought delivered has to go again. */
function lookFor(state: SyncState, reply: SyncReply): Effect[] {
  const known = new Set(state.blobs.map(({ sha256 }) => sha256));
  const sha256s = reply.blobs_wanted.filter((sha256) => !known.has(sha256));
  return sha256s.length > 0 ? [{ type: 'look_for_blobs', sha256s }] : [];
}

export function onSyncProblem(before: SyncState, input: Input, problem: ProblemSeen): Stepped {
  const busy = before.busy;
  if (busy?.kind !== 'sync') return [before, []];
  const state: SyncState = { ...before, busy: null, online: true };
  const { status, slug, challenge, retry_after_s } = problem;
  const name = slug ?? `http-${status}`;
  const effects: Effect[] = challenge === null ? [] : [{ type: 'keep_challenge', challenge }];
  const count = busy.to - busy.from + 1;
  switch (dispositionOf(status, slug)) {
    case 'resign':
      if (challenge !== null && !state.resigned) return [{ ...state, resigned: true }, effects];
      break;
    case 'halve':
      if (count > 1) return [{ ...state, batch_events_max: Math.floor(count / 2) }, effects];
      break;
    case 'cut':
      return onChainBroken(state, input, problem.seq ?? busy.from, busy.from, effects);
    default:
      break;
  }
  return [failed(state, input, name, retry_after_s), effects];
}

function onChainBroken(state: SyncState, input: Input, seq: number, from: number, effects: readonly Effect[]): Stepped {
  if (seq > from) return [{ ...state, cut_before: seq }, effects];
  const waits = failed(state, input, 'chain-broken', null);
  return [{ ...waits, working: 'checking_event' }, [...effects, { type: 'check_event', epoch: state.epoch, seq: from }]];
}
