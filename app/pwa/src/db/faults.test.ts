import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromB64, firstBroken } from '../domain/log';
import { body, enrolHere, MemoryFiles, note, openStore, photo } from '../testing/evidence';
import { FaultyStorage, type Fault } from '../testing/faults';
import { readBlob } from './blobs';
import type { Fact } from './chain';
import { sha256 } from './digest';
import { reclaim } from './enrolment';
import { StorageFailed, StorageFull } from './errors';
import type { EvidenceStore, Writer } from './evidence';
import { eventsAfter, headOf, saveFacts, takeUpLate } from './facts';
import { recover } from './recover';

const FAULTS: readonly Fault[] = ['QuotaExceededError', 'UnknownError', 'abort', 'kill'];
const FOR_EVER = 1_000_000;

const CASES: readonly { fault: Fault; times: number }[] = FAULTS.flatMap((fault) => (fault === 'kill' ? [1] : [1, FOR_EVER]).map((times) => ({ fault, times })));

let runs = 0;
let faulty: FaultyStorage | null = null;

beforeEach(() => {
  // The pauses between tries are for phones; here nothing gets better by waiting.
  const real = setTimeout;
  vi.stubGlobal('setTimeout', (work: () => void) => real(work, 0));
});

afterEach(() => {
  faulty?.end();
  vi.unstubAllGlobals();
});

type Outcome = 'saved' | 'refused' | 'unsure' | 'killed';

interface Day {
  readonly name: string;
  readonly files: MemoryFiles | null;
  readonly store: EvidenceStore;
  readonly writer: Writer;
  readonly facts: readonly Fact[];
}

async function day(second_copy: boolean): Promise<Day> {
  runs += 1;
  const name = `faults-${runs}`;
  const files = second_copy ? new MemoryFiles() : null;
  const store = openStore(name, files);
  const { writer } = await enrolHere(store);
  const taken = await photo(runs);
  const facts: Fact[] = [
    { body: note('first'), blobs: [] },
    { body: taken.body, blobs: [taken.bytes] },
    { body: note('last'), blobs: [] },
  ];
  return { name, files, store, writer, facts };
}

function planted({ files, store }: Day, fault: Fault, first: number, times: number): EvidenceStore {
  faulty = new FaultyStorage(fault, first, times);
  return files ? { ...store, files: faulty.over(files) } : store;
}

async function outcomeOf(store: EvidenceStore, writer: Writer, fact: Fact, again = false): Promise<Outcome> {
  const saving = saveFacts(store, writer, [fact], again).then(
    (): Outcome => 'saved',
    (error: unknown): Outcome => {
      expect(error instanceof StorageFailed || error instanceof StorageFull, String(error)).toBe(true);
      return error instanceof StorageFailed && error.unsure ? 'unsure' : 'refused';
    },
  );
  const killed = faulty?.killed.then((): Outcome => 'killed') ?? saving;
  return Promise.race([saving, killed]);
}

/** What a phone that starts again holds: each fact once if it was said to be saved, not at all if it was said not to be. */
async function check({ name, files, writer, facts }: Day, outcomes: readonly Outcome[]): Promise<void> {
  const store = openStore(name, files);
  expect((await recover(store)).outcome).toBe('kept');
  await reclaim(store, writer, (kind, data) => body(kind, data, null));
  await takeUpLate(store, writer);
  const events = await eventsAfter(store, 1, 0);
  const links = events.map(({ seq, prev, body: text, hash, salt }) => ({ seq, prev, body: text, hash, salt: fromB64(salt) }));
  expect(await firstBroken(sha256, 'device-1', 1, links)).toBeNull();
  expect(await headOf(store)).toEqual({ epoch: 1, seq: events.length, hash: events.at(-1)?.hash ?? '0'.repeat(64) });
  for (const [at, outcome] of outcomes.entries()) {
    const times = events.filter((event) => event.body === facts[at]?.body).length;
    if (outcome === 'saved') expect(times, 'said to be saved').toBe(1);
    else if (outcome === 'refused') expect(times, 'said not to be saved').toBe(0);
    else expect(times).toBeLessThan(2);
  }
  for (const sha of events.flatMap(({ blobs }) => blobs)) expect(await readBlob(store, sha)).not.toBeNull();
}

/** Lets go of what a kill left hanging. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  faulty?.end();
}

async function operations(second_copy: boolean): Promise<number> {
  const on = await day(second_copy);
  const store = planted(on, 'kill', FOR_EVER, 1);
  for (const fact of on.facts) await saveFacts(store, on.writer, [fact]);
  const { count } = faulty as FaultyStorage;
  faulty?.end();
  return count;
}

describe.each([
  ['two copies', true],
  ['one copy', false],
] as const)('a fault at any operation of saving, with %s', (_copies, second_copy) => {
  it.each(CASES)(
    '$fault, $times times: what was said is so after the next start',
    { timeout: 60_000 },
    async ({ fault, times }) => {
      const most = await operations(second_copy);
      expect(most).toBeGreaterThan(20);
      for (let first = 1; first <= most; first += 1) {
        const on = await day(second_copy);
        const store = planted(on, fault, first, times);
        const outcomes: Outcome[] = [];
        for (const fact of on.facts) {
          outcomes.push(await outcomeOf(store, on.writer, fact));
          if (outcomes.at(-1) === 'killed') break;
        }
        await settle();
        await check(on, outcomes).catch((error: unknown) => {
          throw new Error(`operation ${first} of ${most}, ${outcomes.join(' ')}: ${String(error)}`, { cause: error });
        });
      }
    },
  );

  it.each(['QuotaExceededError', 'UnknownError'] as const)('%s until there is room: saving again works without a new start', { timeout: 60_000 }, async (fault) => {
    const most = await operations(second_copy);
    for (let first = 1; first <= most; first += 1) {
      const on = await day(second_copy);
      const store = planted(on, fault, first, FOR_EVER);
      const before: Outcome[] = [];
      for (const fact of on.facts) before.push(await outcomeOf(store, on.writer, fact));
      await settle();
      const whole = openStore(on.name, on.files);
      const after: Outcome[] = [];
      for (const [at, fact] of on.facts.entries()) after.push(before[at] === 'saved' ? 'saved' : await outcomeOf({ ...store, files: whole.files }, on.writer, fact, true));
      expect(after).toEqual(['saved', 'saved', 'saved']);
      await check(on, after);
    }
  });
});
