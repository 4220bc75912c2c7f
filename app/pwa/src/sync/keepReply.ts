/** What a sync's answer leaves in storage: acknowledgement, receipt, verdicts, jobs. Called before the next request. */
import type { EvidenceStore } from '../db/evidence';
import { keepJobs, readJobs, readStandards } from '../db/jobs';
import { getMeta, NO_SYNC, putMeta, type Ack, type SyncMark } from '../db/meta';
import { keepReceipt, keepVerdicts, voidOtherLineages, type Verdict } from '../db/receipts';
import type { OpeningReason } from './syncState';
import { isObject, type SyncReply } from './wire';

export interface Kept {
  readonly reply: SyncReply;
  readonly epoch: number;
  readonly acked_seq: number;
  /** Why an epoch that the reply gives is opened. */
  readonly reason: OpeningReason;
  /** The phone's clock. */
  readonly at: string;
  /** The `fold_v` that this build knows. */
  readonly fold_v: number;
}

/** One entry an hour is fine enough for a window of 14 days. */
const ACKS_APART_MS = 3_600_000;
const ACKS_MAX = 500;

export async function keepReply(store: EvidenceStore, kept: Kept): Promise<void> {
  const { reply, epoch } = kept;
  const { server_epoch, server_time, receipt } = reply;
  const mark = (await getMeta(store.database, 'sync')) ?? NO_SYNC;
  await keepJobs(store.database, {
    snapshots: reply.jobs,
    manifest: reply.manifest?.map(([job_id]) => job_id) ?? null,
    epoch,
    server_epoch,
    fold_v: kept.fold_v,
  });
  await keepVerdicts(store.database, await verdictsOf(store, kept));
  if (receipt) await keepReceipt(store.database, 'log', String(epoch), receipt, { server_epoch, server_time });
  if (mark.server_epoch !== server_epoch) await voidOtherLineages(store.database, server_epoch);
  // The mark comes last: were it there without the rest, the rest would not be asked for again.
  await putMeta(store.database, 'sync', newMark(mark, kept));
}

/** What is known of the server after a reply. */
export function newMark(mark: SyncMark, { reply, epoch, at, reason, acked_seq }: Omit<Kept, 'fold_v'>): SyncMark {
  const same = mark.server_epoch === reply.server_epoch;
  const given = Math.max(0, ...reply.directives.map(({ new_epoch }) => new_epoch ?? 0));
  return {
    server_epoch: reply.server_epoch,
    challenge: reply.challenge,
    acked: { ...(same ? mark.acked : {}), [String(epoch)]: acked_seq },
    acks: acksAfter(same ? mark.acks : [], { epoch, seq: acked_seq, server_time: reply.server_time }),
    server_time: reply.server_time,
    last_ok_at: at,
    opening: given > epoch ? { epoch: given, prior_epoch: epoch, acked_seq, reason } : mark.opening,
    missing: mark.missing.filter((sha256) => reply.blobs_wanted.includes(sha256)),
  };
}

/** A newer entry within the hour replaces the older one: evidence is then held a little longer, never shorter. */
export function acksAfter(acks: readonly Ack[], ack: Ack): Ack[] {
  const valid = acks.filter(({ epoch, seq }) => epoch !== ack.epoch || seq <= ack.seq);
  const last = valid.at(-1);
  if (last?.epoch === ack.epoch && last.seq === ack.seq) return valid;
  const before = valid.at(-2);
  const near = last?.epoch === ack.epoch && before !== undefined && Date.parse(ack.server_time) - Date.parse(before.server_time) < ACKS_APART_MS;
  return [...(near ? valid.slice(0, -1) : valid), ack].slice(-ACKS_MAX);
}

async function verdictsOf(store: EvidenceStore, { reply, epoch }: Kept): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { seq, hash, status, flags } of reply.results) {
    if (status !== 'flagged' && status !== 'quarantined') continue;
    const event = await store.database.run((db) => db.get('events', [epoch, seq]));
    if (event?.hash === hash) verdicts.push({ event_id: event.event_id, status, flags });
  }
  return verdicts;
}

/** Digests that a snapshot pins and that are not on this phone. */
export async function standardsWanted(store: EvidenceStore): Promise<string[]> {
  const held = await readStandards(store.database);
  const pinned = (await readJobs(store.database)).flatMap(({ snapshot }) => pinnedIn(snapshot?.state['standards']));
  return [...new Set(pinned)].filter((digest) => !held.has(digest));
}

function pinnedIn(standards: unknown): string[] {
  if (!Array.isArray(standards)) return [];
  return standards.flatMap((pinned: unknown) => (isObject(pinned) && typeof pinned['digest'] === 'string' ? [pinned['digest']] : []));
}
