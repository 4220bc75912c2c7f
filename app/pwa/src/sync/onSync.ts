/** What the answer to a sync means (PROTOCOL S). */
import { backoffMs, retryAfterMs } from './backoff';
import { dispositionOf } from './disposition';
import {
  BATCH_EVENTS_MAX,
  hasHole,
  TOKEN_MS,
  type Effect,
  type Input,
  type OpeningReason,
  type ProblemSeen,
  type Stepped,
  type SyncState,
} from './syncState';
import type { SyncReply } from './wire';

const SLOW_SYNC_MS = 20_000;

/** The global wait after a failure; everything stays as it is. */
export function failed(state: SyncState, { now_ms, random }: Input, slug: string, retry_after_s: number | null): SyncState {
  const failures = state.failures + 1;
  const asked_ms = retryAfterMs(retry_after_s);
  return {
    ...state,
    failures,
    resigned: false,
    readmitted: false,
    last_error: slug,
    next_try_ms: now_ms + Math.max(backoffMs(failures, random), asked_ms),
    held_back_until_ms: asked_ms > 0 ? now_ms + asked_ms : state.held_back_until_ms,
  };
}

/** `Retry-After` is heeded on an answer of any kind: nothing at all is sent before. */
export function heldBack(state: SyncState, { now_ms }: Input, retry_after_s: number | null): SyncState {
  const until_ms = now_ms + retryAfterMs(retry_after_s);
  if (until_ms <= now_ms) return state;
  return { ...state, next_try_ms: Math.max(state.next_try_ms, until_ms), held_back_until_ms: until_ms };
}

export function onSyncReply(before: SyncState, input: Input, reply: SyncReply, receipt_fits: boolean): Stepped {
  const busy = before.busy;
  if (busy?.kind !== 'sync') return [before, []];
  const state: SyncState = { ...before, busy: null, online: true, resigned: false, readmitted: false };
  const restored = isRestored(state, reply);
  const fork = firstFork(reply);
  const opens = newEpoch(state, reply);
  if (!receipt_fits && opens === null) {
    if (reply.acked_seq > state.head_seq) {
      // What stands behind this batch may be where the branches part.
      const behind = state.waiting.find(({ seq }) => seq > busy.to);
      return behind ? [{ ...state, contested_seq: behind.seq }, []] : onServerAhead(state, reply.acked_seq, []);
    }
    // Its word alone acknowledges nothing, but says where to go on; the receipt for that speaks for what stands before.
    if (reply.receipt === null && reply.acked_seq < state.acked_seq) return onServerBehind(state, reply.acked_seq, []);
    if (reply.receipt === null && reply.acked_seq > state.said_seq) return [{ ...state, said_seq: reply.acked_seq }, []];
    const names_another = reply.receipt !== null && reply.acked_seq > 0 && state.contested_seq === null;
    if (names_another) return [{ ...state, contested_seq: reply.acked_seq }, []];
    // A restored server may have less than it said before; what it said then is no reason to stand beyond a hole for ever.
    const said_seq = Math.min(state.said_seq, reply.acked_seq);
    return [{ ...failed(state, input, 'receipt-mismatch', null), contested_seq: null, said_seq }, []];
  }
  // Where another branch stands, the receipt is not ours, and so is nothing that it adds: in a restored database, not even what was ours.
  const surely = restored ? 0 : state.acked_seq;
  const acked_seq = Math.min(reply.acked_seq, fork - 1, receipt_fits ? state.head_seq : surely);
  const progressed: SyncState = {
    ...answered(state, input, reply),
    restored_from: restored ? state.server_epoch : null,
    acked_seq,
    contested_seq: null,
    waiting: state.waiting.filter(({ seq }) => seq > acked_seq),
    blobs: state.blobs.map((blob) => (blob.trouble === 'blob-unnamed' && reply.blobs_wanted.includes(blob.sha256) ? { ...blob, trouble: null } : blob)),
    cut_before: state.cut_before !== null && acked_seq >= state.cut_before - 1 ? null : state.cut_before,
    broken_seq: state.broken_seq !== null && acked_seq >= state.broken_seq ? null : state.broken_seq,
  };
  const reason = whyNewEpoch(state, reply);
  const effects: Effect[] = [{ type: 'keep_reply', reply, epoch: state.epoch, acked_seq, reason }, ...lookFor(state, reply)];
  // Before the new lineage is noted: a crash in between must not make us forget to do it.
  if (restored) effects.unshift({ type: 'record_older', epoch: state.epoch });
  if (opens !== null) {
    effects.push({ type: 'open_epoch', epoch: opens, prior_epoch: state.epoch, acked_seq, reason });
    return [{ ...progressed, working: 'opening_epoch' }, effects];
  }
  if (restored || acked_seq < before.acked_seq) {
    // The server knows less than it did. What it had acknowledged is read and sent again, that of closed epochs as well.
    effects.push({ type: 'read_log', epoch: state.epoch, acked_seq });
    return [{ ...progressed, working: 'reading_log' }, effects];
  }
  // A batch that moved nothing would be sent for ever without a pause.
  if (busy.to >= busy.from && acked_seq < busy.from) return [{ ...failed(progressed, input, whyUnmoved(reply), null), pull: false }, effects];
  return [progressed, effects];
}

/** Stored, and still no receipt that counts: somebody in between, or a key that the server does not publish. */
function whyUnmoved({ results }: SyncReply): string {
  return results.some(({ status }) => status === 'gap') ? 'gap' : 'receipt-mismatch';
}

function answered(state: SyncState, { now_ms }: Input, reply: SyncReply): SyncState {
  return {
    ...state,
    server_epoch: reply.server_epoch,
    ...(reply.access_token === null ? {} : { token_since_ms: now_ms, token_until_ms: now_ms + TOKEN_MS }),
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

function newEpoch(state: SyncState, reply: SyncReply): number | null {
  const epoch = Math.max(0, ...reply.directives.map(({ new_epoch }) => new_epoch ?? 0));
  return epoch > state.epoch ? epoch : null;
}

function whyNewEpoch(state: SyncState, reply: SyncReply): OpeningReason {
  if (firstFork(reply) < Number.MAX_SAFE_INTEGER) return 'fork';
  if (state.broken_seq !== null) return 'damaged';
  const restored = isRestored(state, reply) || reply.acked_seq < state.acked_seq;
  return restored || hasHole(state) ? 'restore' : 'fork';
}

/** Another database answers than the one that answered before (DESIGN 4.5). */
function isRestored({ server_epoch }: SyncState, reply: SyncReply): boolean {
  return server_epoch !== null && server_epoch !== reply.server_epoch;
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
  const { status, slug, challenge, retry_after_s } = problem;
  const state = heldBack({ ...before, busy: null, online: true }, input, retry_after_s);
  const name = slug ?? `http-${status}`;
  const effects: Effect[] = challenge === null ? [] : [{ type: 'keep_challenge', challenge }];
  const count = busy.to - busy.from + 1;
  switch (dispositionOf(status, slug)) {
    case 'resign':
      if (isBehind(state, problem)) return onServerBehind(state, problem.acked_seq, effects);
      if (isAhead(state, problem) && slug === 'seal-invalid' && count === 0) return onServerAhead(state, problem.acked_seq, effects);
      if (challenge !== null && !state.resigned) return [{ ...state, resigned: true }, effects];
      // As many events there as here, and another one at the end: our own, sent again, shows it.
      if (slug === 'seal-invalid' && count === 0 && state.head_seq > 0) return [{ ...state, resigned: false, contested_seq: state.head_seq }, effects];
      break;
    case 'halve':
      if (count > 1) return [{ ...state, batch_events_max: Math.floor(count / 2) }, effects];
      break;
    case 'readmit':
      if (!state.readmitted) return [{ ...state, busy: { kind: 'readmit', since_ms: input.now_ms } }, [...effects, { type: 'readmit' }]];
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

/**
 * A server that was restored has less of our log, and says so with the fresh challenge: what it lacks is read and sent. The
 * seal of an empty batch would never fit there, so without this an idle phone could not even pull.
 */
function onServerBehind(state: SyncState, acked_seq: number, effects: readonly Effect[]): Stepped {
  return [{ ...state, acked_seq, working: 'reading_log' }, [...effects, { type: 'read_log', epoch: state.epoch, acked_seq }]];
}

function isBehind(state: SyncState, problem: ProblemSeen): problem is ProblemSeen & { readonly acked_seq: number } {
  return problem.acked_seq !== null && problem.acked_seq < state.acked_seq;
}

/**
 * The server has events of this log that this phone has not: its storage was put back to an earlier day, or copied to another
 * phone. The report of that takes the place of one of them, and the fork that this makes gives the log a new epoch.
 */
function onServerAhead(state: SyncState, acked_seq: number, effects: readonly Effect[]): Stepped {
  const { epoch, head_seq } = state;
  return [{ ...state, working: 'reporting_hole' }, [...effects, { type: 'report_hole', epoch, acked_seq: state.acked_seq, from: head_seq + 1, to: acked_seq }]];
}

function isAhead(state: SyncState, problem: ProblemSeen): problem is ProblemSeen & { readonly acked_seq: number } {
  return problem.acked_seq !== null && problem.acked_seq > state.head_seq;
}

/** The time may have been too short for so many events on this line. */
export function onSyncLost(state: SyncState, { now_ms }: Input): SyncState {
  if (state.busy?.kind !== 'sync' || now_ms - state.busy.since_ms < SLOW_SYNC_MS) return state;
  const count = state.busy.to - state.busy.from + 1;
  return count > 1 ? { ...state, batch_events_max: Math.ceil(count / 2) } : state;
}

/** The server knows this device again (E5). The next sync tells how much of its log is left there. */
export function onReadmitted(state: SyncState, challenge: string): Stepped {
  if (state.busy?.kind !== 'readmit') return [state, []];
  return [{ ...state, busy: null, online: true, readmitted: true, pull: true }, [{ type: 'keep_challenge', challenge }]];
}

export function onReadmitProblem(state: SyncState, input: Input, { status, slug, retry_after_s }: ProblemSeen): Stepped {
  if (state.busy?.kind !== 'readmit') return [state, []];
  return [failed({ ...state, busy: null, online: true }, input, slug ?? `http-${status}`, retry_after_s), []];
}
