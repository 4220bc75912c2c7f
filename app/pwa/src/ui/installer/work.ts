/** What a job asks for next, in the order that the work is done. Pure functions of a job's view. */
import type { Step } from '../../domain/checklist';
import { blocking } from '../../domain/checklist';
import { find, openFindings, type Answer, type Finding, type JobState, type Photo, type Unit, type Visit } from '../../domain/job';
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
  const place = view.steps.findIndex((step) => isSame(step, after));
  return open.find((step) => view.steps.indexOf(step) > place) ?? open.find((step) => !isSame(step, after)) ?? null;
}

export function isOpen(step: Step): boolean {
  return step.missing.length > 0;
}

export function isSame(one: Pick<Step, 'step_id' | 'unit_id'>, other: Pick<Step, 'step_id' | 'unit_id'>): boolean {
  return one.step_id === other.step_id && one.unit_id === other.unit_id;
}

export function stepAt(view: JobView, stepId: string | undefined, unitId: string | undefined): Step | null {
  return view.steps.find((step) => step.step_id === stepId && (step.unit_id ?? '') === (unitId ?? '')) ?? null;
}

/** Where a step is worked on: the sign-off has a screen of its own. */
export function placeOf(jobId: string, step: Step, more: Query = {}): string {
  if (step.rule.evidence.some((asked) => asked.kind === 'signoff')) return address('sign', jobId, more);
  return address('step', jobId, { id: step.step_id, unit: step.unit_id ?? '', ...more });
}

/** Where a finding is answered. */
export function placeOfFinding(view: JobView, finding: Finding): string {
  const photo = finding.photo_id === null ? null : find(view.state.photos, 'photo_id', finding.photo_id);
  const at = { id: finding.step_id ?? '', unit: finding.unit_id ?? '', finding: finding.finding_id };
  if (photo) return address('photo', view.job_id, { ...at, role: photo.role });
  const step = stepAt(view, finding.step_id ?? undefined, finding.unit_id ?? undefined);
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

/** Photos of a step and role that still count, oldest first. */
export function photosOf(state: JobState, stepId: string | null, unitId: string | null, role: string): Photo[] {
  return state.photos.filter(
    (photo) => photo.step_id === stepId && photo.unit_id === unitId && photo.role === role && !photo.retracted && photo.replaced_by === null,
  );
}

export function answersOf(state: JobState, step: Step): Answer[] {
  return state.answers.filter((answer) => answer.step_id === step.step_id && answer.unit_id === step.unit_id && answer.component === null);
}

/** The role as the step's own standard has it, else as any of the job's standards has it. */
export function roleOf(standards: readonly Standard[], role: string, standardId = ''): PhotoRole | null {
  const first = standards.filter((standard) => standard.standard_id === standardId);
  const found = [...first, ...standards].find((standard) => Object.hasOwn(standard.photo_roles, role));
  return found?.photo_roles[role] ?? null;
}

/** matched: the right unit was scanned. wrong: the last scan was another one. */
export function scanState(state: JobState, unitId: string): 'matched' | 'wrong' | 'none' {
  const scans = state.scans.filter((scan) => scan.unit_id === unitId);
  if (scans.some((scan) => scan.verdict !== 'wrong')) return 'matched';
  return scans.length > 0 ? 'wrong' : 'none';
}

/** Whether the visit of today is over as far as this phone is concerned. */
export function isDone(state: JobState): boolean {
  return ENDED.includes(state.stage);
}
