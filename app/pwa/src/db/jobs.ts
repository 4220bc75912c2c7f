/** Snapshots of jobs, and the standards they pin. None of it is evidence: the server can give all of it again. */
import { finished, type Database } from './database';
import { digestOf } from './digest';
import type { JobState } from '../domain/job';
import { asJson, asMeta, type Departed } from './meta';
import type { Snapshot, StoredJob } from './schema';

export async function readJobs(database: Database): Promise<StoredJob[]> {
  return database.run((db) => db.getAll('jobs'));
}

export interface JobsNews {
  readonly snapshots: readonly Snapshot[];
  /** The ids of all jobs that this phone should hold, or null when that did not change. */
  readonly manifest: readonly string[] | null;
  readonly epoch: number;
  readonly server_epoch: string;
  /** The `fold_v` that this build knows. */
  readonly fold_v: number;
}

/** Keep new snapshots, and let go of those that the manifest no longer names (PROTOCOL S10, S11). */
export async function keepJobs(database: Database, news: JobsNews): Promise<void> {
  await database.run(async (db) => {
    const tx = db.transaction(['jobs', 'meta'], 'readwrite');
    const jobs = tx.objectStore('jobs');
    const held = new Map((await jobs.getAll()).map((job) => [job.job_id, job]));
    const before = asMeta<'departed'>(await tx.objectStore('meta').get('departed')) ?? [];
    const writes: Promise<unknown>[] = news.snapshots.map((snapshot) =>
      jobs.put(merged(held.get(snapshot.job_id), snapshot, news), snapshot.job_id),
    );
    if (news.manifest) {
      const named = new Set(news.manifest);
      const gone = [...held.values()].filter(({ job_id }) => !named.has(job_id));
      for (const { job_id } of gone) writes.push(jobs.delete(job_id));
      const departed = [...before.filter(({ job_id }) => !named.has(job_id)), ...gone.map(departedOf)].slice(-DEPARTED_MAX);
      if (gone.length > 0 || departed.length < before.length) writes.push(tx.objectStore('meta').put(asJson<'departed'>(departed), 'departed'));
    }
    await finished(tx.done, writes);
  });
}

/** The installer has seen that it is gone. */
export async function forgetDeparted(database: Database, job_id: string): Promise<void> {
  await database.run(async (db) => {
    const tx = db.transaction('meta', 'readwrite');
    const left = (asMeta<'departed'>(await tx.store.get('departed')) ?? []).filter((job) => job.job_id !== job_id);
    await finished(tx.done, [tx.store.put(asJson<'departed'>(left), 'departed')]);
  });
}

const DEPARTED_MAX = 30;

function departedOf({ job_id, snapshot }: StoredJob): Departed {
  const state = snapshot?.state as unknown as JobState | undefined;
  return { job_id, name: state?.customer?.name ?? '', slot: state?.slot ?? null };
}

/** After an update: snapshots that an older build could not read may be readable now. */
export async function promoteUnread(database: Database, fold_v: number): Promise<void> {
  await database.run(async (db) => {
    const tx = db.transaction('jobs', 'readwrite');
    const writes: Promise<unknown>[] = [];
    for (const job of await tx.store.getAll()) {
      if (job.unread === null || job.unread.snapshot.fold_v > fold_v) continue;
      writes.push(tx.store.put({ ...job, ...job.unread, unread: null }, job.job_id));
    }
    await finished(tx.done, writes);
  });
}

function merged(before: StoredJob | undefined, snapshot: Snapshot, { epoch, server_epoch, fold_v }: JobsNews): StoredJob {
  const base = { schema: 1, job_id: snapshot.job_id, server_epoch } as const;
  if (snapshot.fold_v <= fold_v) return { ...base, epoch, snapshot, unread: null };
  return { ...base, epoch: before?.epoch ?? epoch, snapshot: before?.snapshot ?? null, unread: { snapshot, epoch } };
}

/** For `have`: what the server need not send again. */
export function heldRevs(jobs: readonly StoredJob[], server_epoch: string | null): [job_id: string, rev: number][] {
  return jobs
    .filter((job) => job.server_epoch === server_epoch)
    .map((job): [string, number] => [job.job_id, job.unread?.snapshot.rev ?? job.snapshot?.rev ?? 0])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

export async function readStandards(database: Database): Promise<Map<string, string>> {
  const [keys, texts] = await database.run((db) => Promise.all([db.getAllKeys('standards'), db.getAll('standards')]));
  return new Map(keys.map((key, at) => [key, texts[at] ?? '']));
}

/** @returns whether the bytes are those of that digest, and were kept. */
export async function keepStandard(database: Database, digest: string, bytes: ArrayBuffer): Promise<boolean> {
  if ((await digestOf(bytes)) !== digest) return false;
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  await database.run((db) => db.put('standards', text, digest));
  return true;
}
