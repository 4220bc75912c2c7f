/**
 * Does with the TypeScript domain what `test_differential.py` does with the Python one: questions on stdin, answers on stdout,
 * both one JSON text. Every answer is itself sent as JSON text, so that what JSON cannot show is not compared.
 */
import { text } from 'node:stream/consumers';
import { loadDomain } from './domain_in_node.mjs';

const { checklist, events, job, scan } = await loadDomain();
const asked = JSON.parse(await text(process.stdin));

const folded = asked.logs.map(({ log, cut, before, standards }) => {
  const whole = job.fold(log);
  const laid = checklist.steps(whole, standards);
  return {
    state: whole,
    before: job.fold(log.slice(0, cut)),
    resumed: job.fold(log.slice(cut), before),
    steps: laid.map((step) => [step.step_id, step.unit_id, step.component, step.standard_id, step.missing, step.verdict]),
    blocking: checklist.blocking(laid).map(({ step_id, unit_id }) => [step_id, unit_id]),
  };
});

const read = asked.bodies.map((body) => {
  try {
    const parsed = events.parseBody(body);
    const known = events.knows(parsed.kind, parsed.kv);
    return { body: parsed, problem: known ? events.dataProblem(parsed.kind, parsed.data) : 'unknown_kind' };
  } catch (error) {
    if (error instanceof events.Unreadable) return { refused: error.reason };
    throw error;
  }
});

const scanned = asked.scans.map(({ raw, symbology, log_index, unit_id }) => {
  const parsed = scan.parse(raw, symbology);
  return { parsed, match: scan.match(parsed, folded[log_index].state, unit_id) };
});

process.stdout.write(JSON.stringify({ folded, read, scanned }));
