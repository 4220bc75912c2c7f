/**
 * Sends what is not delivered over the plain wire (docs/PROTOCOL.md, S and B), without the app. Nothing on the phone is changed: the app,
 * when it works again, finds out by itself that the office has it.
 */
import { unsentOf, type Held } from './held';
import { digestOf, sealText, sign, toB64 } from './log';
import type { HeldEvent, Identity } from './shapes';

/** Nothing was lost, but not everything arrived. `why` is a problem's slug, or `no-connection`. */
export class SendFailed extends Error {
  readonly why: string;

  constructor(why: string) {
    super(why);
    this.name = 'SendFailed';
    this.why = why;
  }
}

interface Reply {
  readonly challenge: string;
  readonly access_token: string;
  readonly acked_seq: number;
  readonly blobs_wanted: readonly string[];
}

interface Problem {
  readonly type?: string;
  readonly challenge?: string;
  readonly acked_seq?: number;
}

const BATCH = 20;
const CHUNK_BYTES = 1 << 20;
const TRIES_MAX = 4;
const SILENCE_MAX_MS = 60_000;

/** Whether it can be tried: the key must be readable. */
export function maySend({ identity, pair, marks }: Held): boolean {
  return identity !== null && pair !== null && marks.head !== null;
}

/**
 * Send everything that the office is not known to have.
 *
 * @throws SendFailed
 */
export async function sendAll(held: Held, onProgress: (done: number, of: number) => void): Promise<void> {
  const { identity, pair, marks } = held;
  if (!identity || !pair || !marks.head) throw new SendFailed('no-key');
  const epoch = marks.head.epoch;
  const log = held.events.filter((event) => event.epoch === epoch && event.device_id === identity.device_id);
  const line = new Line(identity, pair, epoch, log, marks.challenge ?? '-');
  let reply = await line.sync(marks.acked[String(epoch)] ?? 0);
  for (let before = -1; reply.acked_seq > before && log.some(({ seq }) => seq > reply.acked_seq); ) {
    before = reply.acked_seq;
    reply = await line.sync(reply.acked_seq);
  }
  const wanted = [...new Set([...reply.blobs_wanted, ...unsentOf(held).blobs])];
  let left = 0;
  for (const [at, sha256] of wanted.entries()) {
    onProgress(at, wanted.length);
    const blob = await held.blob(sha256);
    if (!blob || !(await isSent(reply.access_token, sha256, blob.bytes))) left += 1;
  }
  onProgress(wanted.length, wanted.length);
  if (left > 0 || log.some(({ seq }) => seq > reply.acked_seq)) throw new SendFailed('not-everything');
}

/** Pushes batches of one log, each sealed with the newest challenge. */
class Line {
  readonly #who: Identity;
  readonly #pair: CryptoKeyPair;
  readonly #epoch: number;
  readonly #log: readonly HeldEvent[];
  #challenge: string;

  constructor(who: Identity, pair: CryptoKeyPair, epoch: number, log: readonly HeldEvent[], challenge: string) {
    this.#who = who;
    this.#pair = pair;
    this.#epoch = epoch;
    this.#log = log;
    this.#challenge = challenge;
  }

  /** The events behind `acked_seq`; when there are none, the last one again, which tells how far the office got. */
  async sync(acked_seq: number): Promise<Reply> {
    let from = acked_seq;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const response = await asked('/api/v1/sync', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: await this.#request(from) });
      const reply = (await response.json().catch(() => null)) as (Partial<Reply> & Problem) | null;
      if (typeof reply?.challenge === 'string') this.#challenge = reply.challenge;
      if (response.ok && typeof reply?.acked_seq === 'number' && typeof reply.access_token === 'string') return reply as Reply;
      const slug = reply?.type?.split('/').pop() ?? `http-${response.status}`;
      if (slug !== 'challenge-stale' && slug !== 'seal-invalid') throw new SendFailed(response.ok ? 'no-connection' : slug);
      from = reply?.acked_seq ?? from;
    }
    throw new SendFailed('seal-invalid');
  }

  async #request(acked_seq: number): Promise<string> {
    const after = this.#log.filter(({ seq }) => seq > acked_seq);
    const run = after.length > 0 ? after : this.#log.slice(-1);
    // A batch is a chain: it ends before the first hole.
    const hole = run.findIndex((event, at) => at > 0 && event.prev !== run[at - 1]?.hash);
    const events = run.slice(0, Math.min(BATCH, hole < 0 ? run.length : hole));
    const head = events.at(-1) ?? { seq: 0, hash: '0'.repeat(64) };
    return JSON.stringify({
      protocol: 1,
      device_id: this.#who.device_id,
      epoch: this.#epoch,
      build: __BUILD__,
      device_time: new Date().toISOString(),
      challenge: this.#challenge,
      seal: await sign(this.#pair, sealText(this.#who.device_id, this.#epoch, head.seq, head.hash, this.#challenge)),
      events: events.map(({ seq, prev, body, salt, hash, sig, blobs }) => ({ seq, prev, body, salt, hash, sig, blobs })),
      have: [],
      pending: { events: after.length, blobs: 0, bytes: 0, oldest_at: after[0]?.at ?? null },
    });
  }
}

/** One blob, from where the office is. False when the office does not take it. */
async function isSent(token: string, sha256: string, bytes: ArrayBuffer): Promise<boolean> {
  const address = `/api/v1/blobs/${sha256}`;
  let offset = offsetOf(await asked(address, { method: 'HEAD', headers: { Authorization: `Bearer ${token}` } })) ?? 0;
  for (let chunks = 0; chunks <= bytes.byteLength / CHUNK_BYTES + TRIES_MAX; chunks += 1) {
    const chunk = bytes.slice(offset, offset + CHUNK_BYTES);
    const response = await asked(address, { method: 'PATCH', headers: await headersOf(token, offset, bytes.byteLength, chunk), body: chunk });
    if (response.status === 200) return ((await response.json().catch(() => null)) as { sha256?: string } | null)?.sha256 === sha256;
    const next = offsetOf(response);
    if ((response.status !== 204 && response.status !== 409) || next === null) return false;
    offset = next;
  }
  return false;
}

async function headersOf(token: string, offset: number, length: number, chunk: ArrayBuffer): Promise<Record<string, string>> {
  const digest = Uint8Array.from((await digestOf(chunk)).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return {
    Authorization: `Bearer ${token}`,
    'Upload-Offset': String(offset),
    'Upload-Length': String(length),
    'Content-Digest': `sha-256=:${toB64(digest, 'standard')}:`,
  };
}

function offsetOf(response: Response): number | null {
  const said = response.headers.get('Upload-Offset');
  return said !== null && /^\d+$/.test(said) ? Number(said) : null;
}

async function asked(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(SILENCE_MAX_MS) });
  } catch {
    throw new SendFailed('no-connection');
  }
}
