/** What a job asks for next, in the order that the work is done. Pure functions of a job's view. */
import type { Key, Step } from '../../domain/checklist';
import { blocking, isAt } from '../../domain/checklist';
import { countedPhotos, find, openFindings, type Finding, type JobState, type Photo, type Scan, type Unit, type Visit } from '../../domain/job';
import type { PhotoRole, Phase, Standard } from '../../domain/standard';
import type { JobView } from '../../state/jobs';
import { address, type Query } from './route';

/** What the one big button does. */
export type NextAction =
  | { readonly does: 'depart' | 'arrive' | 'finish' | 'sign' | 'nothing' }
  | { readonly does: 'step'; readonly step: Step }
  | { readonly does: 'finding'; readonly finding: Finding };

const BEFORE_DEPARTURE = ['planned', 'dispatched'];
const ENDED = ['finished', 'failed', 'approved', 'sealed', 'cancelled'];

export function nextAction(view: JobView): NextAction {
  const { state } = view;
  const finding = openFindings(state)[0];
  if (finding) return { does: 'finding', finding };
  if (ENDED.includes(state.stage) || state.stage === 'returned') return { does: 'nothing' };
  if (BEFORE_DEPARTURE.includes(state.stage)) return { does: 'depart' };
  if (state.stage === 'on_the_way') return { does: 'arrive' };
  const step = nextStep(view, null);
  if (step) return { does: 'step', step };
  return { does: state.signoffs.length > 0 || view.steps.length === 0 ? 'finish' : 'sign' };
}

const BEFORE_THE_DOOR: readonly Phase[] = ['book', 'call_ahead', 'load'];

/** The next open step after a given one, from the top again after the last. Steps that only inform do not push. */
export function nextStep(view: JobView, after: Step | null): Step | null {
  // At the customer's door it is too late to call ahead: what was only wished for before does not come up any more.
  const missed = (step: Step): boolean => view.state.stage === 'on_site' && step.rule.severity !== 'must' && BEFORE_THE_DOOR.includes(step.rule.phase);
  const open = view.steps.filter((step) => isOpen(step) && step.rule.severity !== 'info' && !missed(step));
  if (!after) return open[0] ?? null;
  const place = view.steps.findIndex((step) => isAt(step, after));
  return open.find((step) => view.steps.indexOf(step) > place) ?? open.find((step) => !isAt(step, after)) ?? null;
}

export function isOpen(step: Step): boolean {
  return step.missing.length > 0;
}

/** The step that an address names. */
export function stepAt(view: JobView, { id, unit, part }: Pick<Query, 'id' | 'unit' | 'part'>): Step | null {
  const key = { step_id: id ?? '', unit_id: unit || null, component: part || null };
  return view.steps.find((step) => isAt(key, step)) ?? null;
}

/** What names a step in an address. */
export function addressed({ step_id, unit_id, component }: Key): { id: string; unit: string; part: string } {
  return { id: step_id ?? '', unit: unit_id ?? '', part: component ?? '' };
}

/** Where a step is worked on: the sign-off has a screen of its own. */
export function placeOf(jobId: string, step: Step, more: Query = {}): string {
  if (step.rule.evidence.some((asked) => asked.kind === 'signoff')) return address('sign', jobId, more);
  return address('step', jobId, { ...addressed(step), ...more });
}

/** Where a finding is answered. */
export function placeOfFinding(view: JobView, finding: Finding): string {
  const photo = finding.photo_id === null ? null : find(view.state.photos, 'photo_id', finding.photo_id);
  const at = { ...addressed(finding), finding: finding.finding_id };
  if (photo) return address('photo', view.job_id, { ...at, role: photo.role });
  const step = stepAt(view, at);
  return step ? placeOf(view.job_id, step, { finding: finding.finding_id }) : address('sign', view.job_id, { finding: finding.finding_id });
}

export interface PhaseProgress {
  readonly phase: Phase;
  readonly steps: readonly Step[];
  /** Of the steps that ask for something. */
  readonly done: number;
  readonly asked: number;
}

/** The phases that this job has, in working order. */
export function phases(view: JobView): PhaseProgress[] {
  const found: { phase: Phase; steps: Step[]; done: number; asked: number }[] = [];
  for (const step of view.steps) {
    let last = found.at(-1);
    if (last?.phase !== step.rule.phase) found.push((last = { phase: step.rule.phase, steps: [], done: 0, asked: 0 }));
    last.steps.push(step);
    if (step.rule.evidence.length === 0) continue;
    last.asked += 1;
    if (!isOpen(step)) last.done += 1;
  }
  return found;
}

/** Whether the visit can be completed, and what else is open that it can be completed without. */
export function openSteps(view: JobView): { needed: Step[]; wished: Step[] } {
  const needed = blocking(view.steps);
  const wished = view.steps.filter((step) => isOpen(step) && step.rule.severity === 'should' && !needed.includes(step));
  return { needed, wished };
}

export function unitOf(state: JobState, unitId: string | null): Unit | null {
  return unitId === null ? null : find(state.units, 'unit_id', unitId);
}

export function visitNow(state: JobState): Visit | null {
  return state.visit_id === null ? null : find(state.visits, 'visit_id', state.visit_id);
}

/** Which rev ended the visit before the present one; 0 when this is the first. What came later is of this visit. */
export function endOfVisitBefore(state: JobState): number {
  return state.visits.findLast((visit) => visit.visit_id !== state.visit_id && visit.ended)?.ended?.rev ?? 0;
}

/** Photos of a step and role that still count, oldest first. Marked copies stand beside theirs and count for nothing. */
export function photosOf(state: JobState, key: Key, role: string): Photo[] {
  return countedPhotos(state).filter((photo) => isAt(key, photo) && photo.role === role);
}

/** The marked copies of a photo that still count. */
export function copiesOf(state: JobState, photoId: string): Photo[] {
  return state.photos.filter((copy) => copy.of === photoId && !copy.retracted);
}

/** Of the whole job, and of no step. */
export const NO_STEP: Key = { step_id: null, unit_id: null, component: null };

/** What a step is about, in words: the unit and, where it is about a part, the part. */
export function subjectOf(state: JobState, { unit_id, component }: Key): string {
  const unit = unitOf(state, unit_id);
  const part = unit && component !== null ? find(unit.components, 'component_id', component) : null;
  return [unit?.name, part?.name ?? component].filter(Boolean).join(' · ');
}

/** The role as the step's own standard has it, else as any of the job's standards has it. */
export function roleOf(standards: readonly Standard[], role: string, standardId = ''): PhotoRole | null {
  const first = standards.filter((standard) => standard.standard_id === standardId);
  const found = [...first, ...standards].find((standard) => Object.hasOwn(standard.photo_roles, role));
  return found?.photo_roles[role] ?? null;
}

/** The scans of a unit, or of one of its parts, in their order. */
export function scansOf(state: JobState, unitId: string, component: string | null): Scan[] {
  return state.scans.filter((scan) => scan.unit_id === unitId && (component === null || scan.component === component));
}

/** matched: the right unit was scanned. wrong: the last scan was another one. */
export function scanState(state: JobState, unitId: string, component: string | null = null): 'matched' | 'wrong' | 'none' {
  const scans = scansOf(state, unitId, component);
  if (scans.some((scan) => scan.verdict !== 'wrong')) return 'matched';
  return scans.length > 0 ? 'wrong' : 'none';
}

/** Whether the visit of today is over as far as this phone is concerned. */
export function isDone(state: JobState): boolean {
  return ENDED.includes(state.stage);
}
