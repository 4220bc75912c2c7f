/** How jobs kept to their standards: the office's report over a period, and one job's part of it. */
import type { Key } from '../../domain/checklist';
import type { Translated } from '../../domain/standard';
import { get, query } from './api';

export const BY = ['crew', 'station', 'standard', 'job'] as const;
export type By = (typeof BY)[number];

/** Days are YYYY-MM-DD, both included; minutes from UTC say where they are days. */
export interface Wanted {
  readonly from: string;
  readonly to: string;
  readonly utc_offset_minutes: number;
  readonly by: By;
  readonly station_id: string | null;
  readonly standard_id: string | null;
}

/** Of some jobs: how many, how many of them broke no rule, and what became of their rules. */
export interface Sums {
  readonly jobs: number;
  readonly conforming: number;
  readonly met: number;
  readonly excepted: number;
  readonly broken: number;
  readonly left_out: number;
}

/** `title` is a standard's. `key` is null of jobs that have no station or crew. */
export interface Group extends Sums {
  readonly key: string | null;
  readonly name: string | null;
  readonly title: Translated | null;
}

export interface RuleSums {
  readonly standard_id: string;
  readonly step_id: string;
  readonly title: Translated;
  readonly broken: number;
  readonly excepted: number;
  readonly left_out: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Of those reasons that the standard knows. */
  readonly reason_titles: Readonly<Record<string, Translated>>;
}

export type BrokenWhy = 'missing' | 'out_of_limits';

export interface Owed extends Key {
  readonly job_id: string;
  readonly order_ref: string | null;
  readonly standard_id: string;
  readonly title: Translated;
  readonly why: BrokenWhy;
  readonly remedy: { readonly text: Translated };
}

export interface Report {
  readonly total: Sums;
  /** The worst first, as the other lists; `…_in_all` says how many there are. */
  readonly groups: readonly Group[];
  readonly groups_in_all: number;
  readonly rules: readonly RuleSums[];
  readonly rules_in_all: number;
  readonly remedies: readonly Owed[];
  readonly remedies_in_all: number;
}

/** One standard's part of a job as it is now. */
export interface StandardConformity {
  readonly standard_id: string;
  readonly version: string;
  readonly conforms: boolean;
  readonly met: number;
  readonly excepted: readonly Excepted[];
  readonly broken: readonly Broken[];
  readonly left_out: readonly LeftOut[];
}

export interface LeftOut extends Key {
  readonly title: Translated;
}

export interface Excepted extends LeftOut {
  readonly reason: string;
  readonly note: string | null;
  readonly requires: 'note' | 'customer' | 'supervisor' | null;
}

export interface Broken extends LeftOut {
  readonly why: BrokenWhy;
  readonly remedy: { readonly text: Translated } | null;
}

export function conformityReport(wanted: Wanted, abort?: AbortSignal): Promise<Report> {
  return get(`/conformity${query({ ...wanted })}`, abort);
}

/** Where the same jobs are as a file. */
export function conformityFile(wanted: Wanted, language: string): string {
  return `/api/v1/conformity.csv${query({ ...wanted, language })}`;
}
