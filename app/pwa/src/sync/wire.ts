/**
 * The replies of PROTOCOL S and B, read strictly: what does not have the form is not an answer of ours.
 *
 * Hotel portals and proxies answer everything with something; only this decides what counts.
 */
import type { JsonObject } from '../domain/events';
import type { Receipt, Snapshot } from '../db/schema';

export interface SyncResult {
  readonly seq: number;
  readonly hash: string;
  readonly status: 'accepted' | 'duplicate' | 'flagged' | 'quarantined' | 'gap';
  readonly flags: readonly string[];
}

export interface Directive {
  readonly new_epoch: number | null;
}

export interface SyncReply {
  readonly server_epoch: string;
  readonly server_time: string;
  readonly challenge: string;
  /** Null in a minimal reply: the one that the phone has goes on being good (S18). */
  readonly access_token: string | null;
  readonly acked_seq: number;
  readonly results: readonly SyncResult[];
  readonly blobs_wanted: readonly string[];
  readonly manifest: readonly (readonly [job_id: string, rev: number])[] | null;
  readonly jobs: readonly Snapshot[];
  readonly more: boolean;
  readonly directives: readonly Directive[];
  readonly receipt: Receipt | null;
}

const STATUSES = new Set(['accepted', 'duplicate', 'flagged', 'quarantined', 'gap']);
const SHA256 = /^[0-9a-f]{64}$/;

/** What a minimal reply leaves out (S18). */
const LEFT_OUT = { access_token: null, results: [], blobs_wanted: [], manifest: null, jobs: [], more: false, directives: [], receipt: null };

/** The reply to a sync, or null when it is none. Only who asked for a minimal one reads what is left out as nothing. */
export function readSyncReply(told: unknown, is_minimal = false): SyncReply | null {
  if (!isObject(told)) return null;
  const value: Record<string, unknown> = is_minimal ? { ...LEFT_OUT, ...told } : told;
  const { server_epoch, server_time, challenge, access_token, acked_seq, results, blobs_wanted, jobs, more, directives } = value;
  const { manifest, receipt } = value;
  const whole =
    isText(server_epoch) &&
    isText(server_time) &&
    isText(challenge) &&
    (isText(access_token) || (is_minimal && access_token === null)) &&
    isCount(acked_seq) &&
    isListOf(results, isResult) &&
    isListOf(blobs_wanted, isSha256) &&
    (manifest === null || isListOf(manifest, isHeld)) &&
    isListOf(jobs, isSnapshot) &&
    typeof more === 'boolean' &&
    isListOf(directives, isObject) &&
    (receipt === null || isReceipt(receipt));
  if (!whole) return null;
  return {
    server_epoch,
    server_time,
    challenge,
    access_token,
    acked_seq,
    results,
    blobs_wanted,
    manifest,
    jobs,
    more,
    directives: directives.map(readDirective),
    receipt,
  };
}

/** The receipt in the reply to the last chunk of a blob, or null when it is none of this blob (B5). */
export function readBlobReceipt(value: unknown, sha256: string, size: number): Receipt | null {
  if (!isObject(value) || value['sha256'] !== sha256 || value['size'] !== size || !isReceipt(value['receipt'])) return null;
  const [title, , named, bytes] = value['receipt'].text.split('\n');
  return title === 'doorstep-blob-receipt-v1' && named === sha256 && bytes === String(size) ? value['receipt'] : null;
}

/** What a sync receipt speaks for (S8), or null when the text is none. */
export function readLogReceipt(text: string): LogReceipt | null {
  const [title, , device_id, epoch, acked_seq, head_hash, server_epoch] = text.split('\n');
  if (title !== 'doorstep-receipt-v1' || !device_id || !head_hash || !server_epoch) return null;
  return { device_id, epoch: Number(epoch), acked_seq: Number(acked_seq), head_hash, server_epoch };
}

export interface LogReceipt {
  readonly device_id: string;
  readonly epoch: number;
  readonly acked_seq: number;
  readonly head_hash: string;
  readonly server_epoch: string;
}

/** The lineage and the time that a blob's receipt states. */
export function blobReceiptFrom({ text }: Receipt): { server_epoch: string; server_time: string } {
  const [, , , , server_epoch = '', server_time = ''] = text.split('\n');
  return { server_epoch, server_time };
}

export interface ProblemDocument {
  readonly slug: string;
  readonly members: JsonObject;
}

/** The slug of a problem document (RFC 9457): the last part of its `type`. */
export function readProblem(value: unknown): ProblemDocument | null {
  if (!isObject(value) || !isText(value['type']) || typeof value['status'] !== 'number') return null;
  const slug = value['type'].split(/[/#:]/).at(-1) ?? '';
  return /^[a-z][a-z-]*$/.test(slug) ? { slug, members: value as JsonObject } : null;
}

function readDirective(value: Record<string, unknown>): Directive {
  const { new_epoch } = value;
  return { new_epoch: isCount(new_epoch) ? new_epoch : null };
}

function isSnapshot(value: unknown): value is Snapshot {
  return (
    isObject(value) &&
    isText(value['job_id']) &&
    isCount(value['rev']) &&
    isCount(value['own_seq']) &&
    isCount(value['fold_v']) &&
    isObject(value['state']) &&
    isObject(value['people'])
  );
}

function isResult(value: unknown): value is SyncResult {
  return (
    isObject(value) &&
    isCount(value['seq']) &&
    isSha256(value['hash']) &&
    STATUSES.has(String(value['status'])) &&
    isListOf(value['flags'], isText)
  );
}

function isReceipt(value: unknown): value is Receipt {
  return isObject(value) && isText(value['text']) && isText(value['sig']) && isText(value['key_id']);
}

function isHeld(value: unknown): value is [string, number] {
  return Array.isArray(value) && isText(value[0]) && isCount(value[1]);
}

function isListOf<T>(value: unknown, is: (part: unknown) => part is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSha256(value: unknown): value is string {
  return isText(value) && SHA256.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
