/** A phone becomes a device: key, identity and an empty log, together. And what an older key had recorded comes back. */
import { ZERO_HASH } from '../domain/log';
import { finished } from './database';
import type { EvidenceStore, Writer } from './evidence';
import { recordAgain, saveFacts } from './facts';
import { asJson, getMeta, NO_SYNC, type Identity } from './meta';
import { fileIdentity } from './recover';

export interface Enrolment {
  readonly pair: CryptoKeyPair;
  readonly identity: Identity;
  readonly epoch: number;
  readonly server_epoch: string;
  readonly challenge: string;
  /** Words for the office about what the emptied storage held; null when there was none before. */
  readonly all_lost?: string | null;
}

const SLICE = 50;

/** Call under no lock; nobody writes a log before there is one. */
export async function keepEnrolment(store: EvidenceStore, enrolment: Enrolment): Promise<void> {
  const { pair, identity, epoch, server_epoch, challenge, all_lost } = enrolment;
  await store.database.run((db) => {
    const tx = db.transaction(['keys', 'meta'], 'readwrite', { durability: 'strict' });
    const meta = tx.objectStore('meta');
    return finished(tx.done, [
      tx.objectStore('keys').put(pair, 'device'),
      tx.objectStore('keys').delete('next'),
      meta.put(asJson<'identity'>(identity), 'identity'),
      meta.put(asJson<'head'>({ epoch, seq: 0, hash: ZERO_HASH }), 'head'),
      meta.put(asJson<'sync'>({ ...NO_SYNC, server_epoch, challenge }), 'sync'),
      ...(all_lost == null ? [] : [meta.put(asJson<'all_lost'>(all_lost), 'all_lost')]),
    ]);
  });
  await fileIdentity(store, identity);
}

/**
 * Record again, under the present key, what a lost key had recorded. Safe to repeat after a kill in the middle.
 *
 * @param compose the body of a fact about the device itself.
 */
export async function reclaim(store: EvidenceStore, writer: Writer, compose: (kind: string, data: object) => string): Promise<number> {
  const former = await getMeta(store.database, 'former');
  const [names, events] = await store.database.run((db) => Promise.all([db.getAllKeys('recovered'), db.getAll('recovered')]));
  if (former) {
    const lost = compose('storage.lost', { what: 'database' });
    const { epoch, acked_seq, hash } = former;
    const opened = compose('log.opened', { prior_epoch: epoch, prior_acked_seq: acked_seq, prior_head: hash, reason: 'storage_lost' });
    await saveFacts(store, writer, [lost, opened].map((body) => ({ body, blobs: [] })));
    await store.database.run((db) => db.delete('meta', 'former'));
  } else if (names.length > 0) {
    // Where that log ended is not known any more; that a part of it may be missing has to be said.
    await saveFacts(store, writer, [{ body: compose('storage.lost', { what: 'database' }), blobs: [] }]);
  }
  const ordered = names.map((name, at) => ({ name, event: events[at] })).sort((a, b) => (a.event?.epoch ?? 0) - (b.event?.epoch ?? 0) || (a.event?.seq ?? 0) - (b.event?.seq ?? 0));
  for (let at = 0; at < ordered.length; at += SLICE) {
    const slice = ordered.slice(at, at + SLICE);
    await recordAgain(
      store,
      writer,
      slice.flatMap(({ event }) => event ?? []),
    );
    await setAside(store, slice.map(({ name }) => name));
  }
  return ordered.length;
}

/** Their files stay until their copies in the new log may go; they are only no longer looked at. */
async function setAside(store: EvidenceStore, names: readonly string[]): Promise<void> {
  const before = (await getMeta(store.database, 'set_aside')) ?? [];
  await store.database.run((db) => {
    const tx = db.transaction(['recovered', 'meta'], 'readwrite', { durability: 'strict' });
    return finished(tx.done, [
      tx.objectStore('meta').put(asJson<'set_aside'>([...new Set([...before, ...names])]), 'set_aside'),
      ...names.map((name) => tx.objectStore('recovered').delete(name)),
    ]);
  });
}
