/** The vectors of `tests/vectors`, as the TypeScript domain reads them. `tests/domain/test_vectors.py` runs the same ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { blocking, steps } from './checklist';
import { dataProblem, isFact, knows, namedBlobs, parseBody, Unreadable, upcast, type Event, type JsonObject } from './events';
import { gtinIsValid } from './gs1';
import { fold, planned, type JobState } from './job';
import { bodyDigest, firstBroken, fromB64, header, lines, sealText, toB64, utf8, type Bytes, type Link } from './log';
import { match, parse } from './scan';
import type { Standard } from './standard';

type Text = string | (string | [string, number])[];

interface Vector {
  rules: string[];
  why?: string;
}
interface FoldVector extends Vector {
  events: (Omit<Event, 'flags' | 'redacted'> & Partial<Pick<Event, 'flags' | 'redacted'>>)[];
  state: Partial<JobState>;
}
interface ChainVector extends Vector {
  device_id: string;
  epoch: number;
  links: (Omit<Link, 'salt' | 'sig'> & { salt: string; sig: string | null })[];
  broken?: number;
  challenge?: string;
  seal_text?: string;
  alg?: 'ES256' | 'EdDSA';
  public_key?: JsonWebKey;
}
interface EventsVector extends Vector {
  reason?: string;
  cases: { why: string; body: Text; known?: boolean; blobs?: string[] }[];
}
interface UpcastVector extends Vector {
  cases: { kind: string; kv: number; data: JsonObject; newest: JsonObject }[];
}
interface ChecklistVector extends Vector {
  standards: Standard[];
  state: Partial<JobState>;
  steps: unknown[];
  blocking: unknown[];
}
interface ScanVector extends Vector {
  units?: JobState['units'];
  cases?: { why?: string; raw: string; symbology: string; parsed?: unknown; units?: string[]; unit_id?: string | null; match?: unknown }[];
  valid?: string[];
  invalid?: string[];
}

const FOLDER = new URL('../../../../tests/vectors/', import.meta.url);

describe.each(read<FoldVector>('fold'))('%s', (_title, vector) => {
  const log = vector.events.map((event): Event => ({ ...event, flags: event.flags ?? [], redacted: event.redacted ?? false }));
  const expected = canonical({ ...planned(), ...vector.state });

  test('folds to its state', () => {
    expect(canonical(fold(log))).toBe(expected);
  });

  test('F12: may be cut anywhere', () => {
    for (let cut = 0; cut <= log.length; cut += 1) {
      const before = JSON.parse(JSON.stringify(fold(log.slice(0, cut)))) as JobState;
      const kept = canonical(before);
      expect(canonical(fold(log.slice(cut), before)), `cut before event ${cut}`).toBe(expected);
      expect(canonical(before), 'the state between was changed').toBe(kept);
    }
  });
});

describe.each(read<ChainVector>('chain'))('%s', (_title, vector) => {
  const links = vector.links.map((link): Link => ({ ...link, salt: fromB64(link.salt) }));

  test('breaks where it says', async () => {
    expect(await firstBroken(sha256, vector.device_id, vector.epoch, links)).toBe(vector.broken ?? null);
    expect(links.map((link) => toB64(link.salt))).toEqual(vector.links.map((link) => link.salt));
  });

  if (vector.seal_text === undefined) return;
  test('S2: is sealed over its head', () => {
    const { seq = 0, hash = '0'.repeat(64) } = links.at(-1) ?? {};
    const text = sealText(vector.device_id, vector.epoch, seq, hash, vector.challenge ?? '');
    expect(new TextDecoder().decode(text)).toBe(vector.seal_text);
  });
});

test.each(read<ChainVector>('chain').filter(([, vector]) => vector.alg !== undefined))('%s is signed', async (_title, vector) => {
  const curve = vector.alg === 'EdDSA' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('jwk', vector.public_key ?? {}, curve, true, ['verify']);
  for (const { salt, body, seq, prev, sig } of vector.links) {
    const digest = await bodyDigest(sha256, fromB64(salt), utf8(body));
    const signed = header(vector.device_id, vector.epoch, seq, prev, digest);
    expect(await crypto.subtle.verify(curve, key, fromB64(sig ?? ''), signed)).toBe(true);
    expect(await crypto.subtle.verify(curve, key, fromB64(sig ?? ''), signed.subarray(1))).toBe(false);
  }
});

test.each(read<EventsVector>('events/accept'))('%s', (_title, vector) => {
  for (const { why, body: text, known, blobs } of vector.cases) {
    const body = parseBody(textOf(text));
    expect(canonical(body), why).toBe(canonical(JSON.parse(textOf(text))));
    expect(Object.is(body.mono_ms, -0), why).toBe(false);
    expect(knows(body.kind, body.kv), why).toBe(known);
    expect(isFact(body.kind), why).toBe(true);
    expect(namedBlobs(body.kind, body.data), why).toEqual(blobs);
    if (known === true) expect(dataProblem(body.kind, body.data), why).toBeNull();
  }
});

test.each(read<EventsVector>('events/reject'))('%s', (_title, vector) => {
  for (const { why, body } of vector.cases) expect(refusal(textOf(body)), why).toBe(vector.reason);
});

test.each(read<UpcastVector>('upcast'))('%s', (_title, vector) => {
  for (const { kind, kv, data, newest } of vector.cases) expect(upcast(kind, kv, data)).toEqual(newest);
});

test.each(read<ChecklistVector>('checklist'))('%s', (_title, vector) => {
  const laid = steps({ ...planned(), ...vector.state }, vector.standards);
  const told = laid.map(({ step_id, unit_id, missing, verdict, component }) => [step_id, unit_id, missing, verdict, ...(component === null ? [] : [component])]);
  expect(told).toEqual(vector.steps);
  expect(blocking(laid).map(({ step_id, unit_id }) => [step_id, unit_id])).toEqual(vector.blocking);
});

test.each(read<ScanVector>('scan'))('%s', (_title, vector) => {
  for (const scanned of vector.cases ?? []) {
    const parsed = parse(scanned.raw, scanned.symbology);
    if (scanned.parsed !== undefined) {
      expect(parsed, `${scanned.why}: ${scanned.raw}`).toEqual(scanned.parsed);
      continue;
    }
    const units = (vector.units ?? []).filter((unit) => scanned.units?.includes(unit.unit_id));
    expect(match(parsed, { ...planned(), units }, scanned.unit_id), scanned.raw).toEqual(scanned.match);
  }
  for (const gtin of vector.valid ?? []) expect(gtinIsValid(gtin), gtin).toBe(true);
  for (const gtin of vector.invalid ?? []) expect(gtinIsValid(gtin), gtin).toBe(false);
});

test('L3: lines are ASCII', () => {
  expect(() => lines('caf\u00e9')).toThrow(RangeError);
});

test.each(['A', 'AA=', 'AA==', 'AB', 'A A', 'AA+A', 'AA/A', '\u00e9A', 'AAA\n'])('L2: base64url has one spelling: %j', (text) => {
  expect(() => fromB64(text)).toThrow(RangeError);
});

/** Each vector below a folder, under the numbers of its rules and its name. */
function read<T extends Vector>(folder: string): [string, T][] {
  const names = readdirSync(new URL(`${folder}/`, FOLDER), { recursive: true }).map(String);
  const found = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name): [string, T] => {
      const vector = JSON.parse(readFileSync(fileURLToPath(new URL(`${folder}/${name}`, FOLDER)), 'utf8')) as T;
      return [`${vector.rules.join('-')}:${folder}/${name.replace('.json', '')}`, vector];
    });
  if (found.length === 0) throw new Error(`no vectors in ${folder}`);
  return found;
}

/** A body may be given in parts: a text, or a text and how many times. */
function textOf(body: Text): string {
  return typeof body === 'string' ? body : body.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');
}

/** Why a device's event would be quarantined, by its body alone (S7). */
function refusal(text: string): string | null {
  try {
    const body = parseBody(text);
    if (!knows(body.kind, body.kv)) return null;
    if (!isFact(body.kind)) return 'not_a_fact';
    return dataProblem(body.kind, body.data) === null ? null : 'bad_data';
  } catch (error) {
    if (error instanceof Unreadable) return error.reason;
    throw error;
  }
}

/** One text for each value, whatever the order of its members; unlike a matcher it also sees members named `__proto__`. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`;
}

async function sha256(bytes: Bytes): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
