/** What each kind of fact does to a job's state (PROTOCOL F4 to F11). The same functions stand in `app/domain/facts.py`. */
import type { Event } from './events';
import type { FactKind, Kinds } from './kinds';
import {
  addAnomaly,
  ACKNOWLEDGEMENT_MEMBERS,
  ANSWER_MEMBERS,
  currentAnswer,
  find,
  HANDOVER_MEMBERS,
  ISSUE_MEMBERS,
  isLate,
  PHOTO_MEMBERS,
  picked,
  recorded,
  SCAN_MEMBERS,
  settleFindings,
  SIGNOFF_MEMBERS,
  visitOf,
  type Answer,
  type Finding,
  type JobState,
  type Photo,
  type Stage,
  type Visit,
} from './jobState';
import { normalSerial } from './serial';

type Apply<K extends FactKind> = (state: JobState, event: Event, data: Kinds[K]) => void;

const ON_THE_ROAD: readonly Stage[] = ['planned', 'dispatched', 'on_the_way', 'on_site'];
const ENDED: readonly Stage[] = ['finished', 'failed'];

/** `log.opened` and `storage.lost` speak of the device. In a job they say nothing about the job. */
function logFact(): void {}

function departed(state: JobState, event: Event, data: Kinds['visit.departed']): void {
  const visit = visitOf(state, data.visit_id);
  if (!isLate(state) || visit.departed === null) visit.departed = recorded(state, event);
  if (data.visit_id === state.visit_id && state.stage === 'dispatched') state.stage = 'on_the_way';
}

function arrived(state: JobState, event: Event, data: Kinds['visit.arrived']): void {
  const visit = visitOf(state, data.visit_id);
  if (!isLate(state) || visit.arrived === null) visit.arrived = recorded(state, event);
  if (data.visit_id === state.visit_id && ON_THE_ROAD.includes(state.stage)) state.stage = 'on_site';
}

function completed(state: JobState, event: Event, data: Kinds['visit.completed']): void {
  endVisit(state, event, data.visit_id, 'finished', { outcome: data.outcome, reason: null, note: data.note ?? null });
}

function failed(state: JobState, event: Event, data: Kinds['visit.failed']): void {
  endVisit(state, event, data.visit_id, 'failed', { outcome: 'failed', reason: data.reason, note: data.note ?? null });
}

function endVisit(state: JobState, event: Event, visitId: string, stage: Stage, end: Pick<Visit, 'outcome' | 'reason' | 'note'>): void {
  const visit = visitOf(state, visitId);
  if (!isLate(state) || visit.ended === null) Object.assign(visit, { ended: recorded(state, event) }, end);
  if (visitId === state.visit_id && [...ON_THE_ROAD, ...ENDED].includes(state.stage)) state.stage = stage;
}

function scanned(state: JobState, event: Event, data: Kinds['unit.scanned']): void {
  const scan = { ...picked(data, SCAN_MEMBERS), ...recorded(state, event) };
  state.scans.push(scan);
  if (scan.verdict === 'wrong') addAnomaly(state, event, 'wrong_unit', scan.serial);
  const expected = expectedSerial(state, scan.unit_id, scan.component);
  const readAnother = scan.serial !== null && expected !== null && normalSerial(scan.serial) !== normalSerial(expected);
  if (scan.verdict === 'match' && readAnother) addAnomaly(state, event, 'serial_mismatch', scan.serial);
}

function expectedSerial(state: JobState, unitId: string | null, component: string | null): string | null {
  const unit = find(state.units, 'unit_id', unitId);
  if (unit === null || component === null) return unit?.serial ?? null;
  return find(unit.components, 'component_id', component)?.serial ?? null;
}

function answered(state: JobState, event: Event, data: Kinds['step.answered']): void {
  const answer: Answer = { ...picked(data, ANSWER_MEMBERS), ...recorded(state, event), current: !isLate(state), conflict: false };
  const before = currentAnswer(state, answer.step_id, answer.unit_id, answer.component);
  if (before !== null && answer.current) {
    const unseen = before.device_id !== event.device_id && event.seen_rev < before.rev;
    if (unseen && said(before) !== said(answer)) {
      before.conflict = true;
      answer.conflict = true;
      addAnomaly(state, event, 'conflict', answer.step_id);
    }
    before.current = false;
  }
  state.answers.push(answer);
  answerFinding(state, event, answer.finding_id);
}

function acknowledged(state: JobState, event: Event, data: Kinds['step.acknowledged']): void {
  const acknowledgement = { ...picked(data, ACKNOWLEDGEMENT_MEMBERS), ...recorded(state, event) };
  state.acknowledgements.push(acknowledgement);
  answerFinding(state, event, acknowledgement.finding_id);
}

/** What an answer says, as a text that is equal when what is said is. */
function said(answer: Answer): string {
  const { value, unit, exception } = answer;
  return JSON.stringify([value, unit, exception === null ? null : [exception.reason, exception.note ?? null]]);
}

function captured(state: JobState, event: Event, data: Kinds['photo.captured']): void {
  if (find(state.photos, 'photo_id', data.photo_id) !== null) {
    addAnomaly(state, event, 'duplicate_id', data.photo_id);
    return;
  }
  const photo: Photo = {
    ...picked(data, PHOTO_MEMBERS),
    ...recorded(state, event),
    retracted: false,
    replaced_by: null,
    after_signoff: state.signoffs.length > 0,
  };
  const finding = answerFinding(state, event, photo.finding_id);
  const replaced = finding?.photo_id == null ? null : find(state.photos, 'photo_id', finding.photo_id);
  if (replaced !== null) replaced.replaced_by = photo.photo_id;
  state.photos.push(photo);
}

function retracted(state: JobState, event: Event, data: Kinds['photo.retracted']): void {
  const photo = find(state.photos, 'photo_id', data.photo_id);
  if (photo === null) addAnomaly(state, event, 'unknown_photo', data.photo_id);
  else if (!isLate(state)) photo.retracted = true;
}

function handedOver(state: JobState, event: Event, data: Kinds['custody.handed_over']): void {
  state.handovers.push({ ...picked(data, HANDOVER_MEMBERS), ...recorded(state, event) });
  for (const unitId of data.unit_ids) {
    const unit = find(state.units, 'unit_id', unitId);
    if (unit === null) {
      addAnomaly(state, event, 'unknown_unit', unitId);
      continue;
    }
    if (unit.holder !== null && unit.holder !== data.from) addAnomaly(state, event, 'custody_gap', unitId);
    unit.holder = data.to;
  }
}

function raised(state: JobState, event: Event, data: Kinds['issue.raised']): void {
  if (find(state.issues, 'issue_id', data.issue_id) !== null) {
    addAnomaly(state, event, 'duplicate_id', data.issue_id);
    return;
  }
  state.issues.push({ ...picked(data, ISSUE_MEMBERS), ...recorded(state, event) });
}

function noted(state: JobState, event: Event, data: Kinds['note.added']): void {
  state.notes.push({ ...picked(data, ['text']), ...recorded(state, event) });
}

function signedOff(state: JobState, event: Event, data: Kinds['signoff.recorded']): void {
  const signoff = { ...picked(data, SIGNOFF_MEMBERS), ...recorded(state, event) };
  if (state.signoffs.length > 0 && signoff.finding_id === null) addAnomaly(state, event, 'second_signoff');
  state.signoffs.push(signoff);
  answerFinding(state, event, signoff.finding_id);
}

/** Mark the finding that a fact names as answered, and return it; null when it names none that is open (F7). */
function answerFinding(state: JobState, event: Event, findingId: string | null): Finding | null {
  if (findingId === null) return null;
  const finding = find(state.findings, 'finding_id', findingId);
  if (finding === null) {
    addAnomaly(state, event, 'unknown_finding', findingId);
    return null;
  }
  if (finding.status !== 'open' || isLate(state)) return null;
  finding.status = 'answered';
  finding.answered_by = event.event_id;
  settleFindings(state);
  return finding;
}

export const FACTS: { readonly [K in FactKind]: Apply<K> } = {
  'log.opened': logFact,
  'storage.lost': logFact,
  'visit.departed': departed,
  'visit.arrived': arrived,
  'visit.completed': completed,
  'visit.failed': failed,
  'unit.scanned': scanned,
  'step.answered': answered,
  'step.acknowledged': acknowledged,
  'photo.captured': captured,
  'photo.retracted': retracted,
  'custody.handed_over': handedOver,
  'issue.raised': raised,
  'note.added': noted,
  'signoff.recorded': signedOff,
};
