import { describe, expect, it } from 'vitest';
import { openStore } from '../testing/evidence';
import { forgetDeparted, heldRevs, keepJobs, readJobs, type JobsNews } from './jobs';
import { getMeta } from './meta';
import type { Snapshot } from './schema';

const snapshot = (job_id: string): Snapshot => ({ job_id, rev: 3, own_seq: 0, fold_v: 1, state: { customer: { name: job_id.toUpperCase() }, slot: null }, people: {} });
const news = (more: Partial<JobsNews>): JobsNews => ({ snapshots: [], manifest: null, epoch: 1, server_epoch: 's1', fold_v: 1, ...more });

describe('jobs that leave the list', () => {
  it('are remembered until they are seen, and are no longer held', async () => {
    const { database } = openStore();
    await keepJobs(database, news({ snapshots: [snapshot('a'), snapshot('b')], manifest: ['a', 'b'] }));
    expect(await getMeta(database, 'departed')).toBeNull();
    await keepJobs(database, news({ manifest: ['b'] }));
    expect(await getMeta(database, 'departed')).toEqual([{ job_id: 'a', name: 'A', slot: null }]);
    expect(heldRevs(await readJobs(database), 's1')).toEqual([['b', 3]]);
    await keepJobs(database, news({ manifest: [] }));
    await forgetDeparted(database, 'a');
    expect(await getMeta(database, 'departed')).toEqual([{ job_id: 'b', name: 'B', slot: null }]);
  });

  it('that come back are not gone any more', async () => {
    const { database } = openStore();
    await keepJobs(database, news({ snapshots: [snapshot('a')], manifest: ['a'] }));
    await keepJobs(database, news({ manifest: [] }));
    await keepJobs(database, news({ snapshots: [snapshot('a')], manifest: ['a'] }));
    expect(await getMeta(database, 'departed')).toEqual([]);
  });
});
