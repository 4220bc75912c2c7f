/** What the console's calls answer, as types. Members keep their names from the wire. */
import type { JobState, Stage } from '../../domain/job';
import type { Json } from '../../domain/events';
import type { Mark, Slot } from '../../domain/kinds';
import type { Standard } from '../../domain/standard';
import type { StandardConformity } from './conformity';

export type Role = 'supervisor' | 'dispatcher' | 'editor' | 'admin' | 'installer';

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Session {
  readonly user: Named & { readonly role: Role };
  readonly tenant: Named;
  readonly station: Named | null;
}

/** What to know of a job at once. `title` is the standard's for a reason that it knows; other reasons are free text. */
export interface JobNotice {
  readonly code: 'visit_failed' | 'signoff_refused' | 'signoff_absent';
  readonly reason: string | null;
  readonly title: Readonly<Record<string, string>> | null;
}

export interface JobRow {
  readonly job_id: string;
  readonly rev: number;
  readonly stage: Stage;
  readonly order_ref: string;
  readonly customer_name: string;
  readonly city: string | null;
  readonly units: readonly { readonly name: string; readonly category: string }[];
  readonly slot: Slot | null;
  readonly station: Named | null;
  readonly crew: readonly Named[];
  readonly blobs_named: number;
  readonly blobs_missing: number;
  readonly received: boolean;
  readonly notices: readonly JobNotice[];
  readonly anomalies: readonly string[];
  readonly open_findings: number;
  readonly ended_at: string | null;
  readonly updated_at: string;
}

export interface Counts {
  readonly review: number;
  readonly waiting_for_blobs: number;
  readonly returned: number;
  readonly planned: number;
  readonly dispatched: number;
}

export interface JobPage {
  readonly jobs: readonly JobRow[];
  readonly next: string | null;
  readonly counts: Counts;
}

/** One event of the job. `at` is what the recording clock claimed, `received_at` is the office's own time. */
export interface TimelineEntry {
  readonly rev: number;
  readonly kind: string;
  readonly at: string;
  readonly received_at: string;
  readonly actor: string;
  readonly device_id: string;
  readonly flags: readonly string[];
  readonly about: string | null;
  readonly source: 'fact' | 'decision';
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

export interface ChainDevice {
  readonly device_id: string;
  readonly label: string;
  readonly epoch: number;
  readonly from_seq: number;
  readonly to_seq: number;
  readonly ok: boolean;
  readonly why: string | null;
}

export interface Quarantined {
  readonly device_id: string;
  readonly epoch: number;
  readonly seq: number;
  readonly reason: string;
  readonly received_at: string;
}

/** A drawn signature: strokes of points [x, y, t_ms] on a pad of w times h. */
export interface Strokes {
  readonly w: number;
  readonly h: number;
  readonly strokes: readonly (readonly (readonly [number, number, number])[])[];
}

export interface BlobState {
  readonly size: number;
  readonly verified: boolean;
  readonly is_picture: boolean;
}

export interface JobDetail {
  readonly job_id: string;
  readonly rev: number;
  readonly state: JobState;
  readonly standards: readonly Standard[];
  readonly conformity: readonly StandardConformity[];
  readonly people: Readonly<Record<string, string>>;
  readonly station: Named | null;
  readonly timeline: readonly TimelineEntry[];
  readonly blobs: Readonly<Record<string, BlobState>>;
  readonly chain: { readonly ok: boolean; readonly devices: readonly ChainDevice[] };
  readonly received: boolean;
  readonly quarantined: readonly Quarantined[];
  /** Standards of this job that were withdrawn since. */
  readonly withdrawn: readonly { readonly standard_id: string; readonly version: string; readonly withdrawn_at: string; readonly withdrawn_why: string | null }[];
  readonly statement: Json;
  readonly strokes: Strokes | null;
  /** What the customer agreed to at a step, by the event's id; null for what is not here yet. */
  readonly agreements: Readonly<Record<string, { readonly text: Json; readonly strokes: Strokes | null }>>;
  readonly proof: { readonly proof_id: string; readonly sha256: string; readonly sealed_at: string } | null;
  readonly may: { readonly approve: boolean; readonly why_not: readonly string[] };
}

export const REASONS = ['blurred', 'dark', 'wrong_subject', 'incomplete', 'unreadable', 'not_to_standard', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/** What a finding is about: one photo, or one answer. */
export interface FindingDraft {
  readonly photo_id: string | null;
  readonly step_id: string | null;
  readonly unit_id: string | null;
  readonly component: string | null;
  readonly reason: Reason;
  readonly note: string | null;
  readonly mark: Mark | null;
}

export interface Model {
  readonly gtin: string;
  readonly name: string;
  readonly category: string;
}

export interface PhoneRow {
  readonly device_id: string;
  readonly label: string;
  readonly enrolled_at: string;
  readonly last_contact_at: string | null;
  readonly pending_events: number;
  readonly pending_blobs: number;
  readonly pending_oldest_at?: string | null;
  readonly revoked: boolean;
}

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly station: Named | null;
  readonly disabled: boolean;
  readonly devices: readonly PhoneRow[];
}

/** A one-time code that lets one phone in for ten minutes. */
export interface EnrolmentCode {
  readonly code: string;
  readonly url: string;
  readonly qr_svg: string;
  readonly expires_at: string;
}

export interface OrderDraft {
  readonly order_ref: string;
  readonly services: readonly string[];
  readonly customer: { readonly name: string; readonly phone: string; readonly language: 'en' | 'zh-Hans' };
  readonly address: { readonly lines: readonly string[]; readonly city: string; readonly postcode: string | null; readonly access: string | null };
  readonly units: readonly { readonly gtin: string; readonly serial: string | null }[];
  readonly slot: Slot | null;
  readonly note: string | null;
}

/** The sealed proof: `document` is the exact text whose SHA-256 is signed. */
export interface SealedProof {
  readonly document: string;
  readonly sha256: string;
  readonly sig: string;
  readonly key_id: string;
  readonly public_key: JsonWebKey;
  readonly sealed_at: string;
  readonly verify_url: string;
}
