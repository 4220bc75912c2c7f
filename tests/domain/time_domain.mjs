/**
 * Does one thing of the domain, `{what, rounds, …}` on stdin, that many times and says on stdout how many milliseconds each round
 * took: `fold` of a `log`, or the `steps` of a `state` by its `standards`.
 */
import { text } from 'node:stream/consumers';
import { loadDomain } from './domain_in_node.mjs';

const { checklist, job } = await loadDomain();
const { what, rounds, log, state, standards } = JSON.parse(await text(process.stdin));
const work = { fold: () => job.fold(log), steps: () => checklist.blocking(checklist.steps(state, standards)) }[what];
const times_ms = Array.from({ length: rounds }, () => {
  const start = performance.now();
  work();
  return performance.now() - start;
});
process.stdout.write(JSON.stringify({ times_ms }));
