/** What of a job a supervisor should notice first, worst first. Pure: codes in, codes out. */

/** Codes by weight: what speaks about the evidence itself stands before what speaks about its transport. */
const WEIGHT: readonly string[] = [
  'fork',
  'bad_signature',
  'not_a_fact',
  'event_id_reused',
  'serial_mismatch',
  'outsider',
  'actor_mismatch',
  'conflict',
  'custody_gap',
  'second_signoff',
  'device_revoked',
  'readmitted',
  'unsealed',
  'rescued',
  'user_disabled',
  'wrong_unit',
  'clock_skew',
  'late',
  'cancelled',
  'not_assigned',
  'unknown_unit',
  'unknown_finding',
  'unknown_photo',
  'unknown_kind',
  'duplicate_id',
  'redacted',
  'oversized',
  'unreadable',
  'bad_data',
  'unknown_job',
];

/** Each code once, worst first; codes that nobody weighed come first, because nobody knows them. */
export function ranked(codes: readonly string[]): string[] {
  return [...new Set(codes)].sort((a, b) => WEIGHT.indexOf(a) - WEIGHT.indexOf(b));
}
