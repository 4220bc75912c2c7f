/** Folds a log, `{log, rounds}` on stdin, that many times and says on stdout how many milliseconds each round took. */
import { text } from 'node:stream/consumers';
import { loadDomain } from './domain_in_node.mjs';

const { job } = await loadDomain();
const { log, rounds } = JSON.parse(await text(process.stdin));
const times_ms = Array.from({ length: rounds }, () => {
  const start = performance.now();
  job.fold(log);
  return performance.now() - start;
});
process.stdout.write(JSON.stringify({ times_ms }));
