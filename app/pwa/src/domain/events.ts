/**
 * Event bodies: which are readable, which kinds there are, what each one's data must hold (PROTOCOL L1, K).
 *
 * The table `app/domain/kinds.json` is the same one that `app/domain/events.py` reads.
 */
import table from '../../../domain/kinds.json';
import { BODY_BYTES_MAX, utf8 } from './log';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** What a body's envelope holds besides members that this build does not know. */
export interface Envelope {
  v: 1;
  event_id: string;
  job_id?: string | null;
  kind: string;
  kv: number;
  at: string;
  mono_ms: number;
  boot: string;
  seen: { rev: number };
  actor: string;
  where?: Place | null;
  data: JsonObject;
}

/** Micro-degrees, and metres of accuracy. */
export interface Place {
  lat_e6: number;
  lon_e6: number;
  acc_m: number;
}

/** One event as the fold sees it. `rev` counts within the job; `data` has been checked against the kind's table. */
export interface Event {
  readonly rev: number;
  readonly device_id: string;
  readonly event_id: string;
  readonly kind: string;
  readonly kv: number;
  readonly at: string;
  readonly seen_rev: number;
  readonly actor: string;
  readonly data: JsonObject;
  readonly flags: readonly string[];
  readonly redacted: boolean;
}

interface KindRow {
  readonly kv: number;
  readonly by: string;
  readonly data: Readonly<Record<string, string>>;
}

export const INTEGER_MAX = Number.MAX_SAFE_INTEGER;
export const NESTING_MAX = 32;
export const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = table.types;
export const KINDS: Readonly<Record<string, KindRow>> = table.kinds;

const ID = /^[A-Za-z0-9_.:-]{1,64}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** The tokens of a JSON text that its value no longer shows: each name with its colon, and how each number was written. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?[0-9][-+.0-9Ee]*/g;
const WHOLE_NUMBER = /^-?[0-9]+$/;

/** A body that is not of L1's form. `reason` is the quarantine reason of S7. */
export class Unreadable extends Error {
  readonly reason: 'oversized' | 'unreadable';

  constructor(reason: 'oversized' | 'unreadable') {
    super(reason);
    this.name = 'Unreadable';
    this.reason = reason;
  }
}

/**
 * The envelope of a body whose form is L1's; its kind may still be unknown and its data wrong.
 *
 * @throws Unreadable with `oversized` or `unreadable`.
 */
export function parseBody(text: string): Envelope {
  let body: unknown;
  try {
    if (utf8(text).length > BODY_BYTES_MAX) throw new Unreadable('oversized');
    // Minus zero is written like an integer but would stay a value of its own.
    body = JSON.parse(text, (_name, value: unknown) => (value === 0 ? 0 : value));
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('unreadable');
  }
  if (!isPlain(body, NESTING_MAX) || !isWrittenPlainly(text, body) || !isEnvelope(body)) throw new Unreadable('unreadable');
  return body;
}

/** Whether this build can fold the kind in that version. */
export function knows(kind: string, kv: number): boolean {
  const row = kindRow(kind);
  return row !== null && kv >= 1 && kv <= row.kv;
}

/** Whether devices record this kind. Kinds nobody knows count as facts: they came from a device. */
export function isFact(kind: string): boolean {
  const row = kindRow(kind);
  return row === null || row.by === 'fact';
}

/** What is wrong with the data of a known kind, as `field: what`, or null. */
export function dataProblem(kind: string, data: unknown): string | null {
  const row = kindRow(kind);
  if (row === null) throw new RangeError(`no such kind: ${kind}`);
  return objectProblem(row.data, data);
}

/**
 * The data of an old version of a kind, read as the newest one (K4).
 *
 * Version 2 of `photo.captured` has members more, which an older one simply does not have.
 */
export function upcast(_kind: string, _kv: number, data: JsonObject): JsonObject {
  return data;
}

/** The digests of the blobs that an event's data names (K2), without repeats. */
export function namedBlobs(kind: string, data: Readonly<Record<string, unknown>>): string[] {
  let names: unknown[] = [];
  if (kind === 'photo.captured') names = [data['sha256']];
  if (kind === 'step.acknowledged') names = [data['text_sha256'], data['strokes_sha256']];
  if (kind === 'signoff.recorded') names = [data['statement_sha256'], data['strokes_sha256']];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

function kindRow(kind: string): KindRow | null {
  return Object.hasOwn(KINDS, kind) ? (KINDS[kind] ?? null) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether no text in a value holds NUL or half a surrogate pair, and it nests at most `depth` deep. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !value.includes('\0') && !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  const inside: unknown[] = Array.isArray(value) ? value : [...Object.keys(value), ...Object.values(value)];
  return inside.every((part) => isPlain(part, depth - 1));
}

/** Whether every number was written as an integer in range, and no object named a member twice. */
function isWrittenPlainly(text: string, value: unknown): boolean {
  let names = 0;
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token.startsWith('"')) names += colon === undefined ? 0 : 1;
    else if (!WHOLE_NUMBER.test(token) || !Number.isSafeInteger(Number(token))) return false;
  }
  return names === memberCount(value);
}

function memberCount(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside: unknown[] = Object.values(value);
  return inside.reduce<number>((sum, part) => sum + memberCount(part), Array.isArray(value) ? 0 : inside.length);
}

function isEnvelope(body: unknown): body is Envelope {
  if (!isObject(body)) return false;
  const { job_id: jobId, where, seen } = body;
  return (
    body['v'] === 1 &&
    matches(UUID7, body['event_id']) &&
    ((jobId ?? null) === null || matches(ID, jobId)) &&
    matches(ID, body['kind']) &&
    isInteger(body['kv'], 1, 1_000_000) &&
    matches(TIME, body['at']) &&
    isInteger(body['mono_ms'], 0, INTEGER_MAX) &&
    matches(ID, body['boot']) &&
    isObject(seen) &&
    isInteger(seen['rev'], 0, INTEGER_MAX) &&
    matches(ID, body['actor']) &&
    ((where ?? null) === null || isPlace(where)) &&
    isObject(body['data'])
  );
}

function isPlace(where: unknown): boolean {
  return (
    isObject(where) &&
    isInteger(where['lat_e6'], -90_000_000, 90_000_000) &&
    isInteger(where['lon_e6'], -180_000_000, 180_000_000) &&
    isInteger(where['acc_m'], 0, 100_000_000)
  );
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isInteger(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && low <= (value as number) && (value as number) <= high;
}

function objectProblem(fields: Readonly<Record<string, string>>, value: unknown): string | null {
  if (!isObject(value)) return 'not an object';
  for (const [name, kind] of Object.entries(fields)) {
    const problem = valueProblem(kind, Object.hasOwn(value, name) ? value[name] : null);
    if (problem !== null) return `${name}: ${problem}`;
  }
  return null;
}

/** Check one value against a type of the table: `name`, `name:limits`, `list<type>:max`, each with `?` when it may be absent. */
function valueProblem(kind: string, value: unknown): string | null {
  if (kind.endsWith('?')) return (value ?? null) === null ? null : valueProblem(kind.slice(0, -1), value);
  if (kind.startsWith('list<')) {
    const end = kind.lastIndexOf('>:');
    return listProblem(kind.slice(5, end), Number(kind.slice(end + 2)), value);
  }
  const colon = kind.indexOf(':');
  const name = colon < 0 ? kind : kind.slice(0, colon);
  const fields = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (fields !== undefined) return objectProblem(fields, value);
  return isScalar(name, colon < 0 ? '' : kind.slice(colon + 1), value) ? null : `not ${kind}`;
}

function listProblem(inner: string, limit: number, value: unknown): string | null {
  if (!Array.isArray(value) || value.length > limit) return `not a list of at most ${limit}`;
  for (const part of value as unknown[]) {
    const problem = valueProblem(inner, part);
    if (problem !== null) return problem;
  }
  return null;
}

function isScalar(name: string, limits: string, value: unknown): boolean {
  switch (name) {
    case 'id':
      return matches(ID, value);
    case 'sha256':
      return matches(SHA256, value);
    case 'time':
      return matches(TIME, value);
    case 'bool':
      return typeof value === 'boolean';
    case 'text':
      return isText(value, Number(limits));
    case 'int': {
      const [low = 0, high = 0] = limits.split(':').map(Number);
      return isInteger(value, low, high);
    }
    case 'enum':
      return typeof value === 'string' && limits.split('|').includes(value);
    case 'value':
      if (Array.isArray(value)) return value.length <= 50 && value.every((part) => isText(part, 200));
      return typeof value === 'boolean' || isText(value, 4000);
    default:
      throw new RangeError(`no such type: ${name}`);
  }
}

/** Texts are measured in code points, as Python does. */
function isText(value: unknown, most: number): value is string {
  if (typeof value !== 'string') return false;
  if (value.length <= most) return true;
  return value.length <= 2 * most && [...value].length <= most;
}
