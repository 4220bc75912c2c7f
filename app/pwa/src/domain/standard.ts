/**
 * The service standard as data (docs/STANDARD.md), as a phone reads it.
 *
 * A standard is immutable and named by the SHA-256 of its bytes. The office checks a document before it is published
 * (`app/domain/standard.py`); a phone checks the digest and reads.
 */
import type { AnswerValue } from './kinds';

export const FORMAT = 'doorstep-standard-v1';

export const PHASES = [
  'book',
  'call_ahead',
  'load',
  'arrive',
  'protect',
  'inspect_pack',
  'unpack',
  'match_serial',
  'pre_check',
  'install',
  'test_run',
  'explain',
  'clean',
  'take_back',
  'accept',
  'close',
] as const;

export type Phase = (typeof PHASES)[number];
export type Severity = 'must' | 'should' | 'info';
export type Actor = 'installer' | 'customer' | 'dispatcher';

/** A text in each language of its document. */
export type Translated = Readonly<Record<string, string>>;

export interface ConfirmAsked {
  readonly kind: 'confirm';
}
export interface ChoiceAsked {
  readonly kind: 'choice';
  readonly options: readonly { readonly value: string; readonly title: Translated }[];
}
/** Limits are decimals as text, inclusive. */
export interface ReadingAsked {
  readonly kind: 'reading';
  readonly unit: string;
  readonly min?: string | null;
  readonly max?: string | null;
  readonly decimals?: number | null;
  readonly instrument?: Translated | null;
}
/** As many of the options as apply, `min` at least. */
export interface MultiAsked {
  readonly kind: 'multi';
  readonly options: readonly { readonly value: string; readonly title: Translated }[];
  readonly min?: number | null;
}
export interface TextAsked {
  readonly kind: 'text';
}
/** A day of the calendar, YYYY-MM-DD. */
export interface DateAsked {
  readonly kind: 'date';
  readonly past?: boolean | null;
}
export interface PhotoAsked {
  readonly kind: 'photo';
  readonly role: string;
  readonly min: number;
}
export interface ScanAsked {
  readonly kind: 'scan';
  readonly of?: string;
}
/** What the customer is told at this step, and agrees to. */
export interface AcknowledgeAsked {
  readonly kind: 'acknowledge';
  readonly text: Translated;
}
export interface SignoffAsked {
  readonly kind: 'signoff';
}
export type ValueAsked = ConfirmAsked | ChoiceAsked | MultiAsked | ReadingAsked | TextAsked | DateAsked;
export type Asked = ValueAsked | PhotoAsked | ScanAsked | AcknowledgeAsked | SignoffAsked;

/** All members that are present must hold. */
export interface Condition {
  readonly all?: readonly Condition[] | null;
  readonly any?: readonly Condition[] | null;
  readonly not?: Condition | null;
  readonly service?: string | null;
  readonly category?: string | null;
  readonly answer?: string | null;
  readonly is?: AnswerValue | null;
  readonly includes?: string | null;
  readonly at_least?: string | null;
  readonly below?: string | null;
  readonly unit?: string | null;
}

export interface ReasonTitle {
  readonly reason: string;
  readonly title: Translated;
}

export interface Rule {
  readonly code: string;
  readonly phase: Phase;
  readonly per: 'job' | 'unit' | 'component';
  readonly component?: string | null;
  readonly severity: Severity;
  readonly actor?: Actor;
  readonly when?: Condition | null;
  readonly title: Translated;
  readonly text: Translated;
  readonly customer_text?: Translated | null;
  readonly evidence: readonly Asked[];
  readonly exception?: { readonly reasons: readonly ReasonTitle[]; readonly requires?: 'note' | 'customer' | 'supervisor' | null } | null;
  readonly remedy?: { readonly text: Translated } | null;
  readonly sources?: readonly { readonly title: string; readonly url?: string; readonly status: string }[];
}

/** What a photo of a role is for, and how its bytes are made: longest side in pixels, JPEG quality of 100. */
export interface PhotoRole {
  readonly title: Translated;
  readonly hint?: Translated | null;
  readonly overlay?: 'plate' | 'upright' | 'wide' | 'square' | null;
  readonly max_side: number;
  readonly quality: number;
}

export interface FailureReason extends ReasonTitle {
  readonly evidence: readonly Asked[];
}

export interface Standard {
  readonly format: typeof FORMAT;
  readonly standard_id: string;
  readonly version: string;
  readonly categories: readonly string[];
  readonly languages: readonly string[];
  readonly title: Translated;
  readonly summary?: Translated;
  readonly photo_roles: Readonly<Record<string, PhotoRole>>;
  readonly rules: readonly Rule[];
  readonly failure_reasons?: readonly FailureReason[];
}

const VALUE_KINDS: readonly Asked['kind'][] = ['confirm', 'choice', 'multi', 'reading', 'text', 'date'];

/** Whether a value is a decimal as PROTOCOL K3 has it. */
export function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && /^-?[0-9]{1,9}(?:\.[0-9]{1,6})?$/.test(value);
}

/** The one answer that a rule asks for, or null. */
export function valueAsked(evidence: readonly Asked[]): ValueAsked | null {
  return evidence.find((asked): asked is ValueAsked => VALUE_KINDS.includes(asked.kind)) ?? null;
}

/**
 * The standard in a document whose digest was checked.
 *
 * @throws RangeError when it is not of the format that this build reads.
 */
export function readStandard(document: string): Standard {
  const standard: unknown = JSON.parse(document);
  if (typeof standard !== 'object' || standard === null || !('format' in standard) || standard.format !== FORMAT) {
    throw new RangeError(`not ${FORMAT}`);
  }
  return standard as Standard;
}
