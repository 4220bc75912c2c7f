/** The requests of the protocol, each from an effect of the machine to the input that answers it. */
import { readEvent } from '../db/blobs';
import type { EvidenceStore, Writer } from '../db/evidence';
import { headOf } from '../db/facts';
import { heldRevs, keepStandard, readJobs } from '../db/jobs';
import { getMeta, NO_SYNC, type Identity } from '../db/meta';
import { wireOf } from '../db/outbox';
import type { Receipt, StoredEvent } from '../db/schema';
import { sealText, utf8, ZERO_HASH } from '../domain/log';
import { ask, countIn, jsonIn, type Answer, type Fetch } from './answer';
import type { Effect, Input, ProblemSeen } from './syncState';
import { isObject, readBlobReceipt, readLogReceipt, readSyncReply, type SyncReply } from './wire';

/** An input without the moment it happens at; the engine adds time and chance. */
export type Told = Input extends infer I ? (I extends Input ? Omit<I, 'now_ms' | 'random'> : never) : never;

export interface Line {
  readonly fetch: Fetch;
  readonly store: EvidenceStore;
  readonly writer: Writer;
  readonly identity: Identity;
  /** The device key's public half as a JWK. */
  readonly public_key: () => Promise<Readonly<Record<string, string>>>;
  readonly build: string;
  /** The phone's clock as RFC 3339. */
  readonly stamp: () => string;
  /** The newest access token; null before the first sync. */
  readonly token: () => string | null;
}

type SendSync = Extract<Effect, { type: 'send_sync' }>;
type SendChunk = Extract<Effect, { type: 'send_chunk' }>;

export async function sendSync(line: Line, effect: SendSync): Promise<Told> {
  const { store, writer } = line;
  const events: StoredEvent[] = [];
  for (let seq = effect.from; seq <= effect.to; seq += 1) {
    const event = await readEvent(store, effect.epoch, seq);
    if (!event) return { type: 'event_unreadable', seq };
    events.push(event);
  }
  const head = events.at(-1) ?? (await headOf(store));
  // Another page may have enrolled this phone anew: what is another key's is not ours to send.
  const foreign = events.some(({ device_id }) => device_id !== writer.device_id);
  if (head.epoch !== effect.epoch || foreign) return { type: 'local_failed' };
  const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
  const challenge = mark.challenge ?? '';
  const seal = await writer.sign(sealText(writer.device_id, head.epoch, head.seq, head.hash, challenge));
  const body = {
    protocol: 1,
    device_id: writer.device_id,
    epoch: effect.epoch,
    build: line.build,
    device_time: line.stamp(),
    challenge,
    seal,
    events: events.map(wireOf),
    have: heldRevs(await readJobs(store.database), mark.server_epoch),
    pending: effect.pending,
  };
  const is_minimal = effect.has_token && line.token() !== null;
  const answer = await ask(line.fetch, '/api/v1/sync', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...(is_minimal ? { Prefer: 'return=minimal' } : {}) },
    body: JSON.stringify(body),
  });
  if (answer.kind === 'dead') return { type: 'network_failed', why: answer.why };
  if (answer.kind === 'problem') return { type: 'sync_problem', problem: answer.problem };
  const reply = readSyncReply(jsonIn(answer.headers, answer.body), is_minimal);
  if (!reply) return { type: 'network_failed', why: 'not_ours' };
  const word = reply.receipt && (await wordOf(line, reply.receipt));
  if (word === 'no_answer') return { type: 'network_failed', why: word };
  // Whoever answered without the server's signature acknowledges nothing.
  if (word === 'not_signed') return { type: 'sync_reply', reply: { ...reply, receipt: null, acked_seq: Math.min(reply.acked_seq, effect.acked_seq) }, receipt_fits: true };
  // Of another database nothing is known, unless it has just verified the seal of a whole log.
  const known = events.length === 0 || mark.server_epoch === reply.server_epoch;
  const known_seq = known ? Math.max(effect.acked_seq, mark.acked[String(effect.epoch)] ?? 0) : 0;
  return { type: 'sync_reply', reply, receipt_fits: await receiptFits(line, effect.epoch, known_seq, reply) };
}

async function wordOf(line: Line, receipt: Receipt): Promise<'signed' | 'not_signed' | 'no_answer'> {
  const { whetherSigned } = await import('./signed');
  return whetherSigned(line, receipt);
}

/** A server that does not know this device, because its database is older than the enrolment, is shown its own word (E5). */
export async function sendReadmit(line: Line): Promise<Told> {
  const { certificate, alg } = line.identity;
  const proof = await line.writer.sign(utf8(certificate.text));
  const answer = await ask(line.fetch, '/api/v1/devices/readmit', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ certificate, alg, public_key: await line.public_key(), proof }),
  });
  if (answer.kind === 'dead') return { type: 'network_failed', why: answer.why };
  if (answer.kind === 'problem') return { type: 'readmit_problem', problem: answer.problem };
  const value = jsonIn(answer.headers, answer.body);
  const ours = isObject(value) && value['device_id'] === line.writer.device_id && typeof value['challenge'] === 'string';
  return ours ? { type: 'readmitted', challenge: value['challenge'] as string } : { type: 'network_failed', why: 'not_ours' };
}

/**
 * Whether the receipt speaks for this very log: its hash is the hash of our event at that place (S8). Without one, nothing
 * beyond what is known already is acknowledged.
 */
async function receiptFits(line: Line, epoch: number, known_seq: number, { receipt, acked_seq, server_epoch }: SyncReply): Promise<boolean> {
  if (receipt === null) return acked_seq <= known_seq;
  const said = readLogReceipt(receipt.text);
  if (said?.device_id !== line.writer.device_id || said.epoch !== epoch || said.acked_seq !== acked_seq) return false;
  if (said.server_epoch !== server_epoch) return false;
  if (acked_seq === 0) return said.head_hash === ZERO_HASH;
  const head = await headOf(line.store);
  if (head.epoch === epoch && head.seq === acked_seq) return said.head_hash === head.hash;
  const [event, after] = await line.store.database.run((db) => Promise.all([db.get('events', [epoch, acked_seq]), db.get('events', [epoch, acked_seq + 1])]));
  if (event) return event.hash === said.head_hash;
  // An event that the phone was allowed to let go of is known by the one behind it; without that it cannot be compared. One that it never had is not ours.
  return after ? after.prev === said.head_hash : acked_seq < head.seq;
}

export async function headBlob(line: Line, sha256: string): Promise<Told> {
  const answer = await ask(line.fetch, `/api/v1/blobs/${sha256}`, { method: 'HEAD', headers: bearer(line) });
  if (answer.kind === 'dead') return { type: 'network_failed', why: answer.why };
  if (answer.kind === 'problem') return { type: 'blob_problem', sha256, problem: named(answer.problem) };
  const offset = countIn(answer.headers, 'upload-offset');
  return offset === null ? { type: 'network_failed', why: 'not_ours' } : { type: 'blob_head', sha256, offset };
}

/** An answer to HEAD has no body to say what it means. */
function named(problem: ProblemSeen): ProblemSeen {
  const slugs: Readonly<Record<number, string>> = { 401: 'unauthenticated', 404: 'blob-not-named' };
  return { ...problem, slug: problem.slug ?? slugs[problem.status] ?? null };
}

export async function sendChunk(line: Line, { sha256, offset, length, size }: SendChunk, blob: ArrayBuffer | null): Promise<Told> {
  // Should the server have it all, its receipt is had without a whole copy here.
  const bytes = blob?.byteLength === size ? blob : length === 0 ? new ArrayBuffer(0) : null;
  if (!bytes) return { type: 'blob_checked', sha256, whole: false, named: true };
  const chunk = new Uint8Array(bytes, bytes.byteLength === 0 ? 0 : offset, length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', chunk));
  const answer = await ask(line.fetch, `/api/v1/blobs/${sha256}`, {
    method: 'PATCH',
    headers: {
      ...bearer(line),
      'Content-Type': 'application/octet-stream',
      'Upload-Offset': String(offset),
      'Upload-Length': String(size),
      'Content-Digest': `sha-256=:${btoa(String.fromCharCode(...digest))}:`,
    },
    body: chunk,
  });
  if (answer.kind === 'dead') return { type: 'network_failed', why: answer.why };
  if (answer.kind === 'problem') return { type: 'blob_problem', sha256, problem: answer.problem };
  return chunkAnswer(line, answer, sha256, size);
}

const NOT_SIGNED: ProblemSeen = {
  status: 200,
  slug: 'receipt-mismatch',
  retry_after_s: null,
  challenge: null,
  seq: null,
  offset: null,
  acked_seq: null,
  server_epoch: null,
};

async function chunkAnswer(line: Line, answer: Extract<Answer, { kind: 'ok' }>, sha256: string, size: number): Promise<Told> {
  const receipt = answer.status === 200 ? readBlobReceipt(jsonIn(answer.headers, answer.body), sha256, size) : null;
  const word = receipt && (await wordOf(line, receipt));
  if (word === 'no_answer') return { type: 'network_failed', why: word };
  if (word === 'not_signed') return { type: 'blob_problem', sha256, problem: NOT_SIGNED };
  if (receipt) return { type: 'blob_receipt', sha256, receipt };
  const offset = answer.status === 204 ? countIn(answer.headers, 'upload-offset') : null;
  return offset === null ? { type: 'network_failed', why: 'not_ours' } : { type: 'blob_progress', sha256, offset };
}

export async function getStandard(line: Line, digest: string): Promise<Told> {
  const answer = await ask(line.fetch, `/api/v1/standards/${digest}`, { method: 'GET', headers: bearer(line) });
  if (answer.kind === 'dead') return { type: 'network_failed', why: answer.why };
  if (answer.kind === 'problem') return { type: 'standard_problem', digest, problem: answer.problem };
  const kept = await keepStandard(line.store.database, digest, answer.body);
  return kept ? { type: 'standard_kept', digest } : { type: 'network_failed', why: 'not_ours' };
}

function bearer(line: Line): Record<string, string> {
  const token = line.token();
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
