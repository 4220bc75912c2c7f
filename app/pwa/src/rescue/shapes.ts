/** What the app keeps, as far as this page needs it. Everything may be missing: storage may be damaged, or of a newer build. */

export interface HeldEvent {
  readonly device_id: string;
  readonly epoch: number;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly body: string;
  readonly salt: string;
  readonly sig: string | null;
  readonly blobs: readonly string[];
  readonly event_id: string;
  readonly job_id: string | null;
  readonly kind: string;
  readonly at: string;
}

export interface Identity {
  readonly device_id: string;
  readonly user?: { readonly id: string; readonly name: string };
  readonly tenant?: { readonly id: string; readonly name: string };
  readonly certificate?: { readonly text: string; readonly sig: string; readonly key_id: string };
}

/** What of a record can pass for an identity; null when that is nothing. */
export function identityFrom(value: unknown): Identity | null {
  const { device_id, user, tenant, certificate } = (value ?? {}) as Record<string, unknown>;
  if (typeof device_id !== 'string') return null;
  return {
    device_id,
    ...(haveTexts(user, 'id', 'name') && { user: user as NonNullable<Identity['user']> }),
    ...(haveTexts(tenant, 'id', 'name') && { tenant: tenant as NonNullable<Identity['tenant']> }),
    ...(haveTexts(certificate, 'text', 'sig', 'key_id') && { certificate: certificate as NonNullable<Identity['certificate']> }),
  };
}

function haveTexts(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');
}

/** A fact that has no place in the log yet: its body alone. */
export interface LateFact {
  readonly sha256: string;
  readonly body: string;
}

/** One copy of what a phone holds, as it could be read. */
export interface Copy {
  readonly identity: Identity | null;
  readonly events: readonly HeldEvent[];
  readonly late: readonly LateFact[];
  readonly blobs: readonly string[];
}

/** What the database alone knows. */
export interface Marks {
  readonly head: { readonly epoch: number; readonly seq: number; readonly hash: string } | null;
  readonly acked: Readonly<Record<string, number>>;
  readonly challenge: string | null;
  /** SHA-256 of blobs that the office has receipted. */
  readonly receipted: ReadonlySet<string>;
  /** Files of events that were recorded again under a newer key. */
  readonly set_aside: ReadonlySet<string>;
  /** Names of customers by job. */
  readonly jobs: ReadonlyMap<string, string>;
  readonly language: 'en' | 'zh-Hans' | null;
}

export const NO_MARKS: Marks = {
  head: null,
  acked: {},
  challenge: null,
  receipted: new Set(),
  set_aside: new Set(),
  jobs: new Map(),
  language: null,
};

export const EVENT_FILE = /^(\d+)-(\d+)-([0-9a-f]{64})\.json$/;
export const SHA256 = /^[0-9a-f]{64}$/;

export function eventFile({ epoch, seq, hash }: Pick<HeldEvent, 'epoch' | 'seq' | 'hash'>): string {
  return `${epoch}-${seq}-${hash}.json`;
}

/** Whether a value has what an event needs; a newer build's event may have more. */
export function isEvent(value: unknown): value is HeldEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Partial<Record<keyof HeldEvent, unknown>>;
  const texts = [event.device_id, event.prev, event.hash, event.body, event.salt].every((text) => typeof text === 'string');
  return texts && Number.isSafeInteger(event.epoch) && Number.isSafeInteger(event.seq) && Array.isArray(event.blobs);
}
