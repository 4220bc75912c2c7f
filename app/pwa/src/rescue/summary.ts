/** What is held, counted for people: in all, and job by job. */
import type { HeldEvent, LateFact } from './shapes';

export interface Count {
  readonly records: number;
  readonly blobs: number;
  readonly bytes: number;
  /** The phone's clock; null when there is nothing. */
  readonly oldest_at: string | null;
}

/** Members of an event's data that name a blob, each with the member that says its size. */
const SIZED = [
  ['sha256', 'size'],
  ['statement_sha256', 'statement_size'],
  ['strokes_sha256', 'strokes_size'],
] as const;

interface Fact {
  readonly event_id: string;
  readonly job_id: string | null;
  readonly at: string | null;
  readonly sizes: ReadonlyMap<string, number>;
}

export interface Summary {
  readonly all: Count;
  readonly jobs: ReadonlyMap<string | null, Count>;
}

/** `events` are what is counted as records, `named` all events that may name one of the `blobs`. */
export function summaryOf(events: readonly HeldEvent[], late: readonly LateFact[], blobs: readonly string[], named: readonly HeldEvent[]): Summary {
  const facts = unique([...events.map(({ body }) => factIn(body)), ...late.map(({ body }) => factIn(body))]);
  const naming = unique([...named.map(({ body }) => factIn(body)), ...facts]);
  const owner = new Map(naming.flatMap((fact) => [...fact.sizes.keys()].map((sha256) => [sha256, fact] as const)));
  const here = new Set(blobs);
  const jobs = new Map<string | null, Count>();
  for (const fact of facts) add(jobs, fact.job_id, { records: 1, blobs: 0, bytes: 0, oldest_at: fact.at });
  for (const sha256 of here) {
    const fact = owner.get(sha256);
    add(jobs, fact?.job_id ?? null, { records: 0, blobs: 1, bytes: fact?.sizes.get(sha256) ?? 0, oldest_at: fact?.at ?? null });
  }
  return { all: [...jobs.values()].reduce(together, NOTHING), jobs };
}

const NOTHING: Count = { records: 0, blobs: 0, bytes: 0, oldest_at: null };

function add(jobs: Map<string | null, Count>, job_id: string | null, more: Count): void {
  jobs.set(job_id, together(jobs.get(job_id) ?? NOTHING, more));
}

function together(a: Count, b: Count): Count {
  const oldest_at = a.oldest_at !== null && b.oldest_at !== null ? (a.oldest_at < b.oldest_at ? a.oldest_at : b.oldest_at) : (a.oldest_at ?? b.oldest_at);
  return { records: a.records + b.records, blobs: a.blobs + b.blobs, bytes: a.bytes + b.bytes, oldest_at };
}

/** The same fact may stand in two logs; it counts once. */
function unique(facts: readonly Fact[]): Fact[] {
  return [...new Map(facts.map((fact) => [fact.event_id, fact])).values()];
}

/** As much of a fact as its body gives; none of it is believed to be of the right type. */
function factIn(body: string): Fact {
  const { event_id, job_id, at, data } = membersOf(body);
  const named = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const sizes = SIZED.flatMap(([name, size]) => {
    const sha256 = named[name];
    return typeof sha256 === 'string' ? [[sha256, Number(named[size]) || 0] as const] : [];
  });
  return { event_id: textOr(event_id, body), job_id: textOr(job_id, null), at: textOr(at, null), sizes: new Map(sizes) };
}

function membersOf(body: string): Partial<Record<string, unknown>> {
  try {
    return (JSON.parse(body) ?? {}) as Partial<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === 'string' ? value : other;
}
