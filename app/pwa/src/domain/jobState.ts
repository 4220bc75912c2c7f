/**
 * A job's state: its shape, its records and how to look into it. `tests/vectors/README.md` describes every member.
 *
 * The same functions stand in `app/domain/job_state.py`. Members keep their names from the wire; absent data is null.
 */
import type { Event, JsonObject } from './events';
import type { Address, Customer, Kinds, PinnedStandard, Slot } from './kinds';

export const STAGES = [
  'planned',
  'dispatched',
  'on_the_way',
  'on_site',
  'finished',
  'failed',
  'returned',
  'approved',
  'sealed',
  'cancelled',
] as const;

/** What the fold itself may find. A flag of an event (PROTOCOL S15) becomes an anomaly of its own name besides these. */
export const ANOMALY_CODES = [
  'redacted',
  'unknown_kind',
  'outsider',
  'not_assigned',
  'late',
  'cancelled',
  'unknown_unit',
  'wrong_unit',
  'serial_mismatch',
  'conflict',
  'duplicate_id',
  'unknown_photo',
  'custody_gap',
  'second_signoff',
  'unknown_finding',
] as const;

export type Stage = (typeof STAGES)[number];

/** The named members of an event's data, with null for what is absent. */
export type Picked<T, K extends keyof T> = { [P in K]-?: Exclude<T[P], undefined> | (undefined extends T[P] ? null : never) };

/** Who recorded a fact, when it was claimed to be, and whether it came too late to count (F5). */
export interface Recorded {
  event_id: string;
  device_id: string;
  actor: string;
  at: string;
  rev: number;
  late: boolean;
}

/** Who decided. */
export interface Decided {
  event_id: string;
  actor: string;
  at: string;
  rev: number;
}

export interface Component {
  component_id: string;
  name: string;
  serial: string | null;
}

export interface Unit {
  unit_id: string;
  gtin: string;
  category: string;
  name: string;
  serial: string | null;
  components: Component[];
  holder: string | null;
}

export interface Visit {
  visit_id: string;
  departed: Recorded | null;
  arrived: Recorded | null;
  ended: Recorded | null;
  outcome: 'completed' | 'partial' | 'failed' | null;
  reason: string | null;
  note: string | null;
}

export const SCAN_MEMBERS = ['unit_id', 'component', 'step_id', 'raw', 'symbology', 'method', 'gtin', 'serial', 'verdict'] as const;
export const ANSWER_MEMBERS = ['step_id', 'unit_id', 'component', 'value', 'unit', 'exception', 'finding_id'] as const;
export const ACKNOWLEDGEMENT_MEMBERS = [
  'step_id',
  'unit_id',
  'component',
  'text_sha256',
  'text_size',
  'strokes_sha256',
  'strokes_size',
  'typed_name',
  'name',
  'relation',
  'language',
  'finding_id',
] as const;
export const PHOTO_MEMBERS = [
  'photo_id',
  'role',
  'step_id',
  'unit_id',
  'component',
  'sha256',
  'size',
  'mime',
  'w',
  'h',
  'source',
  'quality',
  'finding_id',
  'of',
] as const;
export const HANDOVER_MEMBERS = ['unit_ids', 'from', 'to', 'condition', 'note'] as const;
export const ISSUE_MEMBERS = ['issue_id', 'code', 'unit_id', 'note'] as const;
export const SIGNOFF_MEMBERS = [
  'outcome',
  'reason',
  'statement_sha256',
  'statement_size',
  'strokes_sha256',
  'strokes_size',
  'typed_name',
  'name',
  'relation',
  'language',
  'finding_id',
] as const;

type Of<K extends keyof Kinds, M extends readonly (keyof Kinds[K])[]> = Picked<Kinds[K], M[number]>;

export type Scan = Of<'unit.scanned', typeof SCAN_MEMBERS> & Recorded;
export type Answer = Of<'step.answered', typeof ANSWER_MEMBERS> & Recorded & { current: boolean; conflict: boolean };
export type Acknowledgement = Of<'step.acknowledged', typeof ACKNOWLEDGEMENT_MEMBERS> & Recorded;
export type Photo = Of<'photo.captured', typeof PHOTO_MEMBERS> &
  Recorded & { retracted: boolean; replaced_by: string | null; after_signoff: boolean };
export type Handover = Of<'custody.handed_over', typeof HANDOVER_MEMBERS> & Recorded;
export type Issue = Of<'issue.raised', typeof ISSUE_MEMBERS> & Recorded;
export type Note = Picked<Kinds['note.added'], 'text'> & Recorded;
export type Signoff = Of<'signoff.recorded', typeof SIGNOFF_MEMBERS> & Recorded;
export type Finding = Picked<Kinds['finding.opened'], 'finding_id' | 'photo_id' | 'reason' | 'note' | 'mark'> &
  Decided & {
    step_id: string | null;
    unit_id: string | null;
    component: string | null;
    status: 'open' | 'answered' | 'closed';
    answered_by: string | null;
    verdict: 'accepted' | 'withdrawn' | null;
  };

export type AnomalyCode = (typeof ANOMALY_CODES)[number];

/** A fact that counts differently than hoped. `about` is the id, the flag's subject or the serial that it speaks of. */
export interface Anomaly {
  /** One of `ANOMALY_CODES`, or a flag that the server gave the event. */
  code: string;
  event_id: string;
  rev: number;
  about: string | null;
}

export interface JobState {
  stage: Stage;
  order_ref: string | null;
  platform: string | null;
  services: string[];
  customer: Customer | null;
  address: Address | null;
  note: string | null;
  slot: Slot | null;
  station_id: string | null;
  visit_id: string | null;
  crew: string[];
  crew_ever: string[];
  standards: PinnedStandard[];
  units: Unit[];
  visits: Visit[];
  scans: Scan[];
  answers: Answer[];
  acknowledgements: Acknowledgement[];
  photos: Photo[];
  handovers: Handover[];
  issues: Issue[];
  notes: Note[];
  signoffs: Signoff[];
  findings: Finding[];
  returned: (Decided & { note: string | null }) | null;
  approved: (Decided & { note: string | null }) | null;
  sealed: (Decided & { proof_sha256: string; proof_id: string }) | null;
  cancelled: (Decided & { reason: string }) | null;
  anomalies: Anomaly[];
}

/** The state of a job of which nothing is known yet. */
export function planned(): JobState {
  return {
    stage: 'planned',
    order_ref: null,
    platform: null,
    services: [],
    customer: null,
    address: null,
    note: null,
    slot: null,
    station_id: null,
    visit_id: null,
    crew: [],
    crew_ever: [],
    standards: [],
    units: [],
    visits: [],
    scans: [],
    answers: [],
    acknowledgements: [],
    photos: [],
    handovers: [],
    issues: [],
    notes: [],
    signoffs: [],
    findings: [],
    returned: null,
    approved: null,
    sealed: null,
    cancelled: null,
    anomalies: [],
  };
}

/** Whether facts about the job come too late to change its outcome (F5). */
export function isLate(state: JobState): boolean {
  return state.stage === 'approved' || state.stage === 'sealed' || state.stage === 'cancelled';
}

/** The first record whose `key` is `value`, or null. */
export function find<T, K extends keyof T>(records: readonly T[], key: K, value: T[K] | null): T | null {
  return records.find((record) => record[key] === value) ?? null;
}

/** The answer that counts for a step, or null. */
export function currentAnswer(state: JobState, stepId: string, unitId: string | null, component: string | null): Answer | null {
  const fits = (answer: Answer): boolean =>
    answer.current && answer.step_id === stepId && answer.unit_id === unitId && answer.component === component;
  return state.answers.find(fits) ?? null;
}

/** The findings that still ask the crew for something. */
export function openFindings(state: JobState): Finding[] {
  return state.findings.filter((finding) => finding.status === 'open');
}

/** Whether it is a marked copy of another photo (F14). In a state that an older server folded, no photo says so. */
export function isCopy(photo: Photo): boolean {
  return (photo.of ?? null) !== null;
}

/** The photos that still count: neither taken back nor replaced, and no copies. */
export function countedPhotos(state: JobState): Photo[] {
  return state.photos.filter((photo) => !photo.retracted && photo.replaced_by === null && !isCopy(photo));
}

/** Note that a fact counts differently than hoped (F1). */
export function addAnomaly(state: JobState, event: Event, code: AnomalyCode, about: string | null = null): void {
  state.anomalies.push({ code, event_id: event.event_id, rev: event.rev, about });
}

/** A flag that came with an event is an anomaly of its name (F3). */
export function addFlag(state: JobState, event: Event, flag: string): void {
  state.anomalies.push({ code: flag, event_id: event.event_id, rev: event.rev, about: null });
}

/** Who recorded a fact, and whether it is late. */
export function recorded(state: JobState, event: Event): Recorded {
  return {
    event_id: event.event_id,
    device_id: event.device_id,
    actor: event.actor,
    at: event.at,
    rev: event.rev,
    late: isLate(state),
  };
}

export function decided(event: Event): Decided {
  return { event_id: event.event_id, actor: event.actor, at: event.at, rev: event.rev };
}

/** The named members of `data`, copied; null for what is absent. */
export function picked<T extends object, K extends keyof T>(data: T, names: readonly K[]): Picked<T, K> {
  const members: { [P in K]?: unknown } = {};
  for (const name of names) members[name] = copied(data[name] ?? null);
  return members as Picked<T, K>;
}

/** Another value of the same JSON, so that no event and no earlier state shares a part with this one. */
export function copied<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as T) : value;
}

/** The visit of that id, made when it is the first time that it is spoken of. */
export function visitOf(state: JobState, visitId: string): Visit {
  const known = find(state.visits, 'visit_id', visitId);
  if (known !== null) return known;
  const visit: Visit = { visit_id: visitId, departed: null, arrived: null, ended: null, outcome: null, reason: null, note: null };
  state.visits.push(visit);
  return visit;
}

/** Move a returned job on when nothing is asked of the crew any more (F8). */
export function settleFindings(state: JobState): void {
  if (state.stage === 'returned' && openFindings(state).length === 0) state.stage = 'finished';
}

/** An event's data as the kind's type: it was checked against the table before it came here. */
export function dataAs<K extends keyof Kinds>(_kind: K, data: JsonObject): Kinds[K] {
  return data as unknown as Kinds[K];
}
