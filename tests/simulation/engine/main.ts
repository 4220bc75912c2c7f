/**
 * Runs schedules side by side, in the stages that `engine.py` calls: lines of JSON in, lines of JSON out.
 *
 *   -> {"faulty", "direct", "patience_ms", "tasks": […]}  <- {"at": "begun"}
 *   -> {"go": "act", "patience_ms"} twice                 <- {"at": "acted"}
 *   -> {"go": "end", "patience_ms", "codes"}              <- {"outcomes": […]}
 */
import 'fake-indexeddb/auto';
import './cryptography';
import { createInterface } from 'node:readline';
import type { Way } from './line';
import { Schedule, type Task } from './schedule';

type Order =
  | (Way & { readonly tasks: readonly Task[] })
  | { readonly go: 'act'; readonly patience_ms: number }
  | { readonly go: 'end'; readonly patience_ms: number; readonly codes: readonly (readonly string[][])[] };

// A page that died leaves promises behind that end in errors; a real one would have taken them with it.
process.on('unhandledRejection', () => undefined);

/** Hundreds that enrol at the same moment wait longer for the database than the server lets anybody wait. */
const BEGIN_AT_ONCE = 12;

let way: Way = { faulty: '', direct: '', patience_ms: 0 };
let schedules: Schedule[] = [];

for await (const text of createInterface({ input: process.stdin })) {
  const order = JSON.parse(text) as Order;
  if ('tasks' in order) {
    way = { faulty: order.faulty, direct: order.direct, patience_ms: order.patience_ms };
    schedules = order.tasks.map((task) => new Schedule(task, way));
    for (let at = 0; at < schedules.length; at += BEGIN_AT_ONCE) await Promise.all(schedules.slice(at, at + BEGIN_AT_ONCE).map((schedule) => schedule.begin()));
    say({ at: 'begun' });
    continue;
  }
  way.patience_ms = order.patience_ms;
  if (order.go === 'act') {
    await Promise.all(schedules.map((schedule) => schedule.act()));
    say({ at: 'acted' });
  } else {
    say({ outcomes: await Promise.all(schedules.map((schedule, at) => schedule.end(order.codes[at] ?? []))) });
    schedules = [];
  }
}
// Alarms of pages that died may still be ticking.
process.exit(0);

function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
