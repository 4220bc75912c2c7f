/**
 * What the sync core knows. Plain JSON: nothing in it is a clock, a connection or a promise, so the app and a simulator
 * drive the very same machine.
 */
import type { SyncReply } from './wire';

/** An own event of this epoch that the server has not acknowledged. */
export interface WaitingEvent {
  readonly seq: number;
  /** Bytes that it takes in a request. */
  readonly size: number;
  readonly at: string;
}

/** A blob that has no receipt. */
export interface WaitingBlob {
  readonly sha256: string;
  readonly size: number;
  /** 0 for statements and strokes, which go first; 1 for photos. */
  readonly rank: 0 | 1;
  /** Where the first event stands that names it: the server takes a blob only after that event. */
  readonly epoch: number;
  readonly seq: number;
  readonly at: string;
  /** Bytes that the server holds; null when that has to be asked. */
  readonly offset: number | null;
  readonly failures: number;
  readonly retry_at_ms: number;
  /**
   * `blob-unread`, once, then `blob-damaged`: no whole copy could be read. `blob-unnamed`: no whole event names it. Else the slug of the
   * last problem, or null.
   */
  readonly trouble: string | null;
}

export interface WantedStandard {
  readonly digest: string;
  readonly failures: number;
  readonly retry_at_ms: number;
}

/** The one request under way. */
export type Busy =
  | { readonly kind: 'sync'; readonly from: number; readonly to: number; readonly since_ms: number }
  | { readonly kind: 'head'; readonly sha256: string; readonly since_ms: number }
  | { readonly kind: 'chunk'; readonly sha256: string; readonly offset: number; readonly length: number; readonly since_ms: number }
  | { readonly kind: 'standard'; readonly digest: string; readonly since_ms: number }
  | { readonly kind: 'readmit'; readonly since_ms: number };

/** Why a log goes on in a new epoch (L7): another branch, a server that lost what it had, an event that is whole nowhere. */
export type OpeningReason = 'fork' | 'restore' | 'damaged';

/** Local work that has to end before the next request. */
export type Working = 'opening_epoch' | 'reading_log' | 'checking_event' | 'reporting_hole';

export interface SyncState {
  /** The phone's clock at the last input: hands that are turned back must not make anything wait until they are round again. */
  readonly clock_ms: number;
  /** When the log was last read. */
  readonly read_ms: number;
  readonly booted: boolean;
  /** Whether this tab holds the lock `drain`. */
  readonly leads: boolean;
  readonly epoch: number;
  readonly acked_seq: number;
  /** How far the server said, without a receipt, that it has this epoch; 0 when it did not. */
  readonly said_seq: number;
  /** Where a receipt named another event than ours: sent alone, it shows the server that there are two branches. */
  readonly contested_seq: number | null;
  /** Where the log ends. What lies between `acked_seq` and here and does not wait is a hole: no copy of it is whole. */
  readonly head_seq: number;
  readonly server_epoch: string | null;
  /** The lineage before this one, until what the restored server lacks is recorded again: should that fail, it is still due. */
  readonly restored_from: string | null;
  readonly waiting: readonly WaitingEvent[];
  readonly blobs: readonly WaitingBlob[];
  readonly standards: readonly WantedStandard[];
  /** A round trip is due even when there is nothing to push. */
  readonly pull: boolean;
  /** Until when the access token is believed to be good, in ms; 0 for none. */
  readonly token_until_ms: number;
  readonly token_since_ms: number;
  readonly batch_events_max: number;
  readonly chunk_bytes: number;
  /** Less than the protocol allows where something in between takes only smaller ones. */
  readonly chunk_bytes_max: number;
  /** Bytes of blobs that went through since a chunk was lost; null when none was yet. */
  readonly sound_bytes: number | null;
  /** Send nothing from this seq on: the server found the chain broken there. */
  readonly cut_before: number | null;
  /** An event that neither copy holds whole. It waits no longer: what stands behind it goes on in a new epoch. */
  readonly broken_seq: number | null;
  readonly busy: Busy | null;
  readonly working: Working | null;
  /** Something was saved while the log was being read: it has to be read once more. */
  readonly stale: boolean;
  /** A fresh challenge was signed already for the request under way. */
  readonly resigned: boolean;
  /** The server took this device back; should it not know it even now, that has to wait. */
  readonly readmitted: boolean;
  readonly failures: number;
  readonly next_try_ms: number;
  /** `Retry-After` binds every trigger but the installer's own hand. */
  readonly held_back_until_ms: number;
  readonly online: boolean | null;
  readonly last_ok_ms: number | null;
  readonly last_error: string | null;
}

export const BATCH_EVENTS_MAX = 50;
/** Under the 262,144 bytes of S1, so that `have` and the rest fit as well. */
export const BATCH_EVENT_BYTES_MAX = 229_376;
/** Small enough for a line of 1 KB/s within the time of a request. */
export const CHUNK_BYTES_MIN = 8_192;
export const CHUNK_BYTES_START = 262_144;
export const CHUNK_BYTES_MAX = 2_097_152;
export const POLL_MS = 300_000;
/** So old may be what is known of the log before it is read again. */
export const READ_AGAIN_MS = 120_000;
/** A token lasts an hour; a new one is fetched a little before. */
export const TOKEN_MS = 55 * 60_000;
/** After so many failures an item is shown as needing attention. It is still tried. */
export const CIRCUIT_FAILURES = 8;

export const START: SyncState = {
  clock_ms: 0,
  read_ms: 0,
  booted: false,
  leads: false,
  epoch: 0,
  acked_seq: 0,
  said_seq: 0,
  contested_seq: null,
  head_seq: 0,
  server_epoch: null,
  restored_from: null,
  waiting: [],
  blobs: [],
  standards: [],
  pull: true,
  token_until_ms: 0,
  token_since_ms: 0,
  batch_events_max: BATCH_EVENTS_MAX,
  chunk_bytes: CHUNK_BYTES_START,
  chunk_bytes_max: CHUNK_BYTES_MAX,
  sound_bytes: null,
  cut_before: null,
  broken_seq: null,
  busy: null,
  working: null,
  stale: false,
  resigned: false,
  readmitted: false,
  failures: 0,
  next_try_ms: 0,
  held_back_until_ms: 0,
  online: null,
  last_ok_ms: null,
  last_error: null,
};

/** The log as storage has it. */
export interface LogView {
  readonly epoch: number;
  readonly acked_seq: number;
  readonly head_seq: number;
  readonly waiting: readonly WaitingEvent[];
  readonly blobs: readonly WaitingBlob[];
}

/** What a problem reply said. `slug` is null when it was no problem document of ours. */
export interface ProblemSeen {
  readonly status: number;
  readonly slug: string | null;
  readonly retry_after_s: number | null;
  readonly challenge: string | null;
  /** `chain-broken`. */
  readonly seq: number | null;
  /** `blob-offset`. */
  readonly offset: number | null;
  /** `seal-invalid`: how far the server's copy of this log reaches, and its lineage. */
  readonly acked_seq: number | null;
  readonly server_epoch: string | null;
}

/** `no_answer`: the network is dead or too slow. `not_ours`: somebody answered, but not Doorstep (a captive portal). */
export type NetworkFailure = 'no_answer' | 'not_ours';

type Told =
  | ({ readonly type: 'boot'; readonly server_epoch: string | null; readonly standards: readonly string[] } & LogView)
  | { readonly type: 'lock'; readonly held: boolean }
  | { readonly type: 'saved'; readonly epoch: number; readonly events: readonly WaitingEvent[]; readonly blobs: readonly WaitingBlob[] }
  | { readonly type: 'online' | 'visible' | 'manual' | 'timer' }
  | { readonly type: 'sync_reply'; readonly reply: SyncReply; readonly receipt_fits: boolean }
  | { readonly type: 'sync_problem'; readonly problem: ProblemSeen }
  | { readonly type: 'event_unreadable'; readonly seq: number }
  | { readonly type: 'event_checked'; readonly seq: number; readonly whole: boolean }
  | { readonly type: 'readmitted'; readonly challenge: string }
  | { readonly type: 'readmit_problem'; readonly problem: ProblemSeen }
  | { readonly type: 'network_failed'; readonly why: NetworkFailure }
  | ({ readonly type: 'epoch_opened' } & LogView)
  | ({ readonly type: 'log_read' } & LogView)
  | { readonly type: 'local_failed' }
  | { readonly type: 'standards_wanted'; readonly digests: readonly string[] }
  | { readonly type: 'standard_kept'; readonly digest: string }
  | { readonly type: 'standard_problem'; readonly digest: string; readonly problem: ProblemSeen }
  | { readonly type: 'blob_head'; readonly sha256: string; readonly offset: number }
  | { readonly type: 'blob_progress'; readonly sha256: string; readonly offset: number }
  | { readonly type: 'blob_receipt'; readonly sha256: string; readonly receipt: BlobReceipt }
  | { readonly type: 'blob_problem'; readonly sha256: string; readonly problem: ProblemSeen }
  /** `named`: an event that is whole says what it is. */
  | { readonly type: 'blob_checked'; readonly sha256: string; readonly whole: boolean; readonly named: boolean }
  | { readonly type: 'blobs_found'; readonly blobs: readonly WaitingBlob[] };

export interface BlobReceipt {
  readonly text: string;
  readonly sig: string;
  readonly key_id: string;
}

/** Everything that can happen, with the time and one random number in [0, 1) of that moment. */
export type Input = Told & { readonly now_ms: number; readonly random: number };

export interface PendingSummary {
  readonly events: number;
  readonly blobs: number;
  readonly bytes: number;
  readonly oldest_at: string | null;
}

/** What the world is asked to do. At most one request at a time; each is answered by exactly one input. */
export type Effect =
  | { readonly type: 'send_sync'; readonly epoch: number; readonly from: number; readonly to: number; readonly acked_seq: number; readonly pending: PendingSummary; readonly has_token: boolean }
  | { readonly type: 'head_blob'; readonly sha256: string }
  | { readonly type: 'send_chunk'; readonly sha256: string; readonly offset: number; readonly length: number; readonly size: number }
  /** `others` are asked for next. */
  | { readonly type: 'get_standard'; readonly digest: string; readonly others: readonly string[] }
  | { readonly type: 'readmit' }
  | { readonly type: 'keep_reply'; readonly reply: SyncReply; readonly epoch: number; readonly acked_seq: number; readonly reason: OpeningReason }
  | { readonly type: 'keep_challenge'; readonly challenge: string }
  | { readonly type: 'keep_blob_receipt'; readonly sha256: string; readonly receipt: BlobReceipt }
  | { readonly type: 'check_event'; readonly epoch: number; readonly seq: number }
  | { readonly type: 'check_blob'; readonly sha256: string }
  | { readonly type: 'look_for_blobs'; readonly sha256s: readonly string[] }
  | { readonly type: 'record_older'; readonly epoch: number }
  | { readonly type: 'report_hole'; readonly epoch: number; readonly acked_seq: number; readonly from: number; readonly to: number }
  /** `acked_seq` is what storage noted when it is null. */
  | { readonly type: 'read_log'; readonly epoch: number; readonly acked_seq: number | null }
  | { readonly type: 'open_epoch'; readonly epoch: number; readonly prior_epoch: number; readonly acked_seq: number; readonly reason: OpeningReason }
  | { readonly type: 'wait'; readonly ms: number };

/** Whether events between what the server has and the end of the log are on neither side. */
export function hasHole({ waiting, acked_seq, head_seq }: SyncState): boolean {
  return waiting.length < head_seq - acked_seq;
}

export type Stepped = readonly [SyncState, readonly Effect[]];

export function pendingOf(state: SyncState): PendingSummary {
  const ats = [...state.waiting, ...state.blobs].map(({ at }) => at).sort();
  return {
    // What the server said to have fills no gap there, though it may be of another branch.
    events: state.waiting.filter(({ seq }) => seq > state.said_seq).length,
    blobs: state.blobs.length,
    bytes: state.blobs.reduce((sum, { size, offset }) => sum + size - (offset ?? 0), 0),
    oldest_at: ats[0] ?? null,
  };
}
