/** What each kind of decision does to a job's state (PROTOCOL F7, F8). The same functions stand in `app/domain/decisions.py`. */
import type { Event } from './events';
import type { DecisionKind, Kinds } from './kinds';
import { addAnomaly, copied, decided, find, isLate, picked, settleFindings, visitOf, type JobState } from './jobState';

type Apply<K extends DecisionKind> = (state: JobState, event: Event, data: Kinds[K]) => void;

function created(state: JobState, _event: Event, data: Kinds['job.created']): void {
  Object.assign(state, picked(data, ['order_ref', 'platform', 'services', 'customer', 'address', 'note']));
  state.units = data.units.map((unit) => ({
    ...picked(unit, ['unit_id', 'gtin', 'category', 'name', 'serial']),
    components: unit.components.map((part) => picked(part, ['component_id', 'name', 'serial'])),
    holder: null,
  }));
}

function scheduled(state: JobState, _event: Event, data: Kinds['job.scheduled']): void {
  state.slot = picked(data.slot, ['from', 'to']);
}

function dispatched(state: JobState, _event: Event, data: Kinds['job.dispatched']): void {
  state.visit_id = data.visit_id;
  state.station_id = data.station_id;
  state.crew = [...data.crew];
  state.crew_ever = [...new Set([...state.crew_ever, ...data.crew])];
  state.standards = data.standards.map((pinned) => picked(pinned, ['standard_id', 'version', 'digest']));
  const newVisit = find(state.visits, 'visit_id', data.visit_id) === null;
  if (!isLate(state) && (newVisit || state.stage === 'planned')) state.stage = 'dispatched';
  visitOf(state, data.visit_id);
}

function amended(state: JobState, _event: Event, data: Kinds['job.amended']): void {
  if ((data.customer ?? null) !== null) state.customer = copied(data.customer ?? null);
  if ((data.address ?? null) !== null) state.address = copied(data.address ?? null);
  if ((data.note ?? null) !== null) state.note = data.note ?? null;
}

function cancelled(state: JobState, event: Event, data: Kinds['job.cancelled']): void {
  if (state.stage === 'approved' || state.stage === 'sealed') return;
  state.stage = 'cancelled';
  state.cancelled = { ...picked(data, ['reason']), ...decided(event) };
}

function findingOpened(state: JobState, event: Event, data: Kinds['finding.opened']): void {
  if (find(state.findings, 'finding_id', data.finding_id) !== null) {
    addAnomaly(state, event, 'duplicate_id', data.finding_id);
    return;
  }
  const photo = data.photo_id == null ? null : find(state.photos, 'photo_id', data.photo_id);
  const target = photo ?? data;
  state.findings.push({
    ...picked(data, ['finding_id', 'photo_id', 'reason', 'note', 'mark']),
    ...decided(event),
    step_id: target.step_id ?? null,
    unit_id: target.unit_id ?? null,
    component: target.component ?? null,
    status: 'open',
    answered_by: null,
    verdict: null,
  });
}

function findingClosed(state: JobState, event: Event, data: Kinds['finding.closed']): void {
  const finding = find(state.findings, 'finding_id', data.finding_id);
  if (finding === null) {
    addAnomaly(state, event, 'unknown_finding', data.finding_id);
    return;
  }
  finding.status = 'closed';
  finding.verdict = data.verdict;
  settleFindings(state);
}

function returned(state: JobState, event: Event, data: Kinds['job.returned']): void {
  state.returned = { ...picked(data, ['note']), ...decided(event) };
  if (state.stage === 'finished' || state.stage === 'failed') state.stage = 'returned';
}

function approved(state: JobState, event: Event, data: Kinds['job.approved']): void {
  state.approved = { ...picked(data, ['note']), ...decided(event) };
  state.stage = 'approved';
}

function sealed(state: JobState, event: Event, data: Kinds['job.sealed']): void {
  state.sealed = { ...picked(data, ['proof_sha256', 'proof_id']), ...decided(event) };
  state.stage = 'sealed';
}

export const DECISIONS: { readonly [K in DecisionKind]: Apply<K> } = {
  'job.created': created,
  'job.scheduled': scheduled,
  'job.dispatched': dispatched,
  'job.amended': amended,
  'job.cancelled': cancelled,
  'finding.opened': findingOpened,
  'finding.closed': findingClosed,
  'job.returned': returned,
  'job.approved': approved,
  'job.sealed': sealed,
};
