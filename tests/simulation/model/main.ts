/**
 * Runs schedules: `node model.mjs <first seed> <count>` prints one line of JSON with what was met and what failed.
 * With a third argument `trace`, prints each schedule as a JSON array of what the server was asked and said.
 */
import { Trace } from './trace';
import { World } from './world';

const STEPS = 60;
const FAILURES_SHOWN = 20;

const [first = 1, count = 1, mode = ''] = process.argv.slice(2).map((text) => (/^-?\d+$/.test(text) ? Number(text) : text)) as [number?, number?, string?];

const total = { schedules: 0, facts: 0, requests: 0, lost: 0, duplicated: 0, holes: 0 };
const faults: Record<string, number> = {};
const failures: { seed: number; why: string }[] = [];

for (let seed = first; seed < first + count; seed += 1) {
  const trace = mode === 'trace' ? new Trace() : null;
  const world = new World(seed, trace);
  const { lost, duplicated, holes, why } = world.play(STEPS);
  if (trace) process.stdout.write(`${JSON.stringify({ seed, lines: trace.lines })}\n`);
  total.schedules += 1;
  total.facts += world.oracle.shownFacts.size;
  total.requests += world.requests;
  total.lost += lost;
  total.duplicated += duplicated;
  total.holes += holes;
  for (const [name, met] of Object.entries(world.met)) faults[name] = (faults[name] ?? 0) + met;
  if (why.length > 0) failures.push({ seed, why: why.slice(0, 5).join('; ') });
}

if (mode !== 'trace') {
  process.stdout.write(`${JSON.stringify({ ...total, faults, failed: failures.length, failures: failures.slice(0, FAILURES_SHOWN) })}\n`);
}
