/** Both copies put together: what this phone holds, and what of it the office is not known to have. */
import { readDatabase, type FirstCopy } from './database';
import { readFiles, type SecondCopy } from './files';
import { digestOf, isIntact } from './log';
import { eventFile, NO_MARKS, type HeldEvent, type Identity, type LateFact, type Marks } from './shapes';

export interface Held {
  readonly identity: Identity | null;
  readonly marks: Marks;
  readonly pair: CryptoKeyPair | null;
  /** Which copies hold any of it. */
  readonly copies: { readonly database: boolean; readonly files: boolean };
  /** Whole ones only, in the log's order; an event that only a damaged copy has is counted in `damaged`. */
  readonly events: readonly HeldEvent[];
  readonly late: readonly LateFact[];
  readonly blobs: readonly string[];
  readonly damaged: number;
  /** The bytes of a blob that are what its name says; from the disk where possible. null when neither copy is whole. */
  blob(sha256: string): Promise<{ readonly content: Blob; readonly bytes: ArrayBuffer } | null>;
}

export async function readHeld(): Promise<Held> {
  const [first, second] = [await readDatabase().catch(() => null), await readFiles().catch(() => null)];
  const { events, damaged } = await wholeEvents([...(first?.copy.events ?? []), ...(second?.copy.events ?? [])]);
  return {
    identity: first?.copy.identity ?? second?.copy.identity ?? null,
    marks: first?.marks ?? NO_MARKS,
    pair: first?.pair ?? null,
    copies: { database: holdsAny(first), files: holdsAny(second) },
    events,
    late: second?.copy.late ?? [],
    blobs: [...new Set([...(first?.copy.blobs ?? []), ...(second?.copy.blobs ?? [])])],
    damaged,
    blob: (sha256) => wholeBlob(first, second, sha256),
  };
}

function holdsAny(copy: FirstCopy | SecondCopy | null): boolean {
  return copy !== null && copy.copy.events.length + copy.copy.late.length > 0;
}

/** What has not reached the office as far as this phone knows. What is not known counts as not delivered. */
export interface Unsent {
  readonly events: readonly HeldEvent[];
  readonly late: readonly LateFact[];
  readonly blobs: readonly string[];
}

export function unsentOf({ events, late, blobs, marks }: Held): Unsent {
  const delivered = (event: HeldEvent): boolean => event.seq <= (marks.acked[String(event.epoch)] ?? 0) || marks.set_aside.has(eventFile(event));
  // Behind a new epoch the same fact stands twice; where one of the two arrived, it arrived.
  const arrived = new Set(events.filter(delivered).map(({ event_id }) => event_id));
  const waiting = events.filter((event) => !arrived.has(event.event_id));
  const facts = late.filter(({ body }) => !events.some((event) => event.body === body));
  return { events: waiting, late: facts, blobs: blobs.filter((sha256) => !marks.receipted.has(sha256)) };
}

async function wholeEvents(all: readonly HeldEvent[]): Promise<{ events: HeldEvent[]; damaged: number }> {
  const whole = new Map<string, HeldEvent>();
  const places = new Set<string>();
  for (const event of all) {
    const place = `${event.device_id} ${event.epoch} ${event.seq}`;
    places.add(place);
    const name = `${event.device_id} ${eventFile(event)}`;
    if (!whole.has(name) && (await isIntact(event))) whole.set(name, event);
  }
  const events = [...whole.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
  for (const { device_id, epoch, seq } of events) places.delete(`${device_id} ${epoch} ${seq}`);
  return { events, damaged: places.size };
}

async function wholeBlob(first: FirstCopy | null, second: SecondCopy | null, sha256: string): ReturnType<Held['blob']> {
  const file = await second?.blob(sha256).catch(() => null);
  const filed = await file?.arrayBuffer().catch(() => null);
  if (file && filed && (await digestOf(filed)) === sha256) return { content: file, bytes: filed };
  const bytes = await first?.blob(sha256).catch(() => null);
  // A Blob's bytes lie with the browser, which puts them on the disk when they are many.
  return bytes instanceof ArrayBuffer && (await digestOf(bytes)) === sha256 ? { content: new Blob([bytes]), bytes } : null;
}
