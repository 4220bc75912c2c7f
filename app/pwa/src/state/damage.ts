/** What can go nowhere any more is told to the office, once each: what no copy is whole of, and what no whole event names. */
import { saveFacts } from '../db/facts';
import { getMeta, putMeta } from '../db/meta';
import type { SyncState } from '../sync/syncState';
import { addOwnEvents, blobOwners, syncMark } from './held';
import { phoneHere } from './phone';
import { announce } from './announce';
import { compose } from './record';

const NOTE_MAX = 1_000;

let telling = false;

export async function tellDamage(state: SyncState): Promise<void> {
  const unnamed = state.blobs.filter(({ trouble }) => trouble === 'blob-unnamed').map(({ sha256 }) => sha256);
  const damaged = [...state.blobs.filter(({ trouble }) => trouble === 'blob-damaged').map(({ sha256 }) => sha256), ...syncMark.value.missing, ...unnamed];
  const phone = phoneHere();
  if (damaged.length === 0 || !phone || telling) return;
  telling = true;
  try {
    const { database } = phone.store;
    const told = (await getMeta(database, 'told_damaged')) ?? [];
    const fresh = damaged.filter((sha256) => !told.includes(sha256));
    if (fresh.length > 0) {
      const [saved] = await saveFacts(phone.store, phone.writer, [{ body: compose('storage.lost', { what: 'all', note: noteOf(fresh, unnamed) }), blobs: [] }]);
      await putMeta(database, 'told_damaged', [...told, ...fresh]);
      if (saved && !saved.late) {
        addOwnEvents([saved.event]);
        await announce(saved.event);
      }
    }
  } catch {
    // The next step of sending tries again.
  } finally {
    telling = false;
  }
}

function noteOf(damaged: readonly string[], unnamed: readonly string[]): string {
  const lines = damaged.map((sha256) => {
    const owner = blobOwners.value.get(sha256)?.stored;
    const named = owner ? `${owner.kind} ${owner.event_id} of job ${owner.job_id ?? '-'}: blob ${sha256}` : `blob ${sha256}`;
    return unnamed.includes(sha256) ? `${named} (the blob is whole, its event is not; a rescue file brings it)` : named;
  });
  return `whole in neither copy: ${lines.join('; ')}`.slice(0, NOTE_MAX);
}
