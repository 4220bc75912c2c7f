/**
 * The data of each kind, as types. The normative table is `app/domain/kinds.json`; `dataProblem` in `events.ts` checks
 * values against it, and `kinds.test.ts` holds these types to it. `?` means absent or null, as in the table.
 */

/** Whatever a `?` type of the table allows. */
type Maybe<T> = T | null;

export type Language = 'en' | 'zh-Hans';
export type AnswerValue = boolean | string | string[];
export type Relation = 'customer' | 'family' | 'neighbour' | 'concierge' | 'colleague' | 'other';
export type Verdict = 'match' | 'wrong' | 'unknown';

export interface Address {
  lines: string[];
  city: string;
  postcode?: Maybe<string>;
  lat_e6?: Maybe<number>;
  lon_e6?: Maybe<number>;
  access?: Maybe<string>;
}

export interface Customer {
  name: string;
  phone: string;
  language: Language;
}

export interface Exception {
  reason: string;
  note?: Maybe<string>;
}

/** A rectangle on a photo, in thousandths of its width and height. */
export interface Mark {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Quality {
  /** Of version 1: variance of the Laplacian of the grey picture at 480 pixels. */
  sharpness?: Maybe<number>;
  /** Thousandths of its contrast that the steepest edge takes from one pixel to the next; null when nothing has edges. */
  focus?: Maybe<number>;
  /** Mean luma, 0 black to 255 white. */
  brightness?: Maybe<number>;
  /** Thousandths of the middle that are blown out. */
  glare?: Maybe<number>;
  override?: Maybe<string>;
}

export interface Slot {
  from: string;
  to: string;
}

export interface PinnedStandard {
  standard_id: string;
  version: string;
  digest: string;
}

export interface OrderedComponent {
  component_id: string;
  name: string;
  serial?: Maybe<string>;
}

export interface OrderedUnit {
  unit_id: string;
  gtin: string;
  category: string;
  name: string;
  serial?: Maybe<string>;
  components: OrderedComponent[];
}

/** Where a fact belongs: a step of the checklist, a unit, a part of it. */
interface Placed {
  step_id?: Maybe<string>;
  unit_id?: Maybe<string>;
  component?: Maybe<string>;
}

export interface Kinds {
  'log.opened': { prior_epoch: number; prior_acked_seq: number; prior_head: string; reason: 'fork' | 'restore' | 'storage_lost' | 'damaged' | 'enrolled' };
  'storage.lost': { what: 'database' | 'files' | 'all'; note?: Maybe<string> };
  'visit.departed': { visit_id: string };
  'visit.arrived': { visit_id: string };
  'visit.completed': { visit_id: string; outcome: 'completed' | 'partial'; note?: Maybe<string> };
  'visit.failed': { visit_id: string; reason: string; note?: Maybe<string> };
  'unit.scanned': Placed & {
    raw: string;
    symbology: string;
    method: 'camera' | 'photo' | 'typed';
    gtin?: Maybe<string>;
    serial?: Maybe<string>;
    verdict: Verdict;
  };
  'step.answered': Placed & {
    step_id: string;
    value?: Maybe<AnswerValue>;
    unit?: Maybe<string>;
    exception?: Maybe<Exception>;
    finding_id?: Maybe<string>;
  };
  'step.acknowledged': Placed & {
    step_id: string;
    text_sha256: string;
    text_size: number;
    strokes_sha256?: Maybe<string>;
    strokes_size?: Maybe<number>;
    typed_name?: Maybe<string>;
    name?: Maybe<string>;
    relation?: Maybe<Relation>;
    language: Language;
    finding_id?: Maybe<string>;
  };
  'photo.captured': Placed & {
    photo_id: string;
    role: string;
    sha256: string;
    size: number;
    mime: 'image/jpeg' | 'image/png' | 'image/webp';
    w: number;
    h: number;
    source: 'camera' | 'file';
    quality?: Maybe<Quality>;
    finding_id?: Maybe<string>;
    /** The photo that this is a marked copy of. */
    of?: Maybe<string>;
  };
  'photo.retracted': { photo_id: string; reason?: Maybe<string> };
  'custody.handed_over': {
    unit_ids: string[];
    from: string;
    to: string;
    condition: 'intact' | 'packaging_damaged' | 'unit_damaged' | 'unknown';
    note?: Maybe<string>;
  };
  'issue.raised': { issue_id: string; code: string; unit_id?: Maybe<string>; note?: Maybe<string> };
  'note.added': { text: string };
  'signoff.recorded': {
    outcome: 'accepted' | 'refused' | 'absent';
    reason?: Maybe<string>;
    statement_sha256: string;
    statement_size: number;
    strokes_sha256?: Maybe<string>;
    strokes_size?: Maybe<number>;
    typed_name?: Maybe<string>;
    name?: Maybe<string>;
    relation?: Maybe<Relation>;
    language: Language;
    finding_id?: Maybe<string>;
  };
  'job.created': {
    order_ref: string;
    platform?: Maybe<string>;
    services: string[];
    customer: Customer;
    address: Address;
    units: OrderedUnit[];
    note?: Maybe<string>;
  };
  'job.scheduled': { slot: Slot };
  'job.dispatched': { visit_id: string; station_id: string; crew: string[]; standards: PinnedStandard[] };
  'job.amended': { customer?: Maybe<Customer>; address?: Maybe<Address>; note?: Maybe<string> };
  'job.cancelled': { reason: string };
  'finding.opened': Placed & { finding_id: string; photo_id?: Maybe<string>; reason: string; note?: Maybe<string>; mark?: Maybe<Mark> };
  'finding.closed': { finding_id: string; verdict: 'accepted' | 'withdrawn'; note?: Maybe<string> };
  'job.returned': { finding_ids: string[]; note?: Maybe<string> };
  'job.approved': { note?: Maybe<string> };
  'job.sealed': { proof_sha256: string; proof_id: string };
}

export type Kind = keyof Kinds;
export type DecisionKind = Extract<Kind, `job.${string}` | `finding.${string}`>;
export type FactKind = Exclude<Kind, DecisionKind>;
