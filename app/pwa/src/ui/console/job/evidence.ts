/** A job's evidence, arranged for the eye: photos in the order of the work, each with what it retakes, beside its rule. Pure. */
import { isAt, steps, type Step } from '../../../domain/checklist';
import { find, type Answer, type Finding, type JobState, type Photo, type Scan, type Unit } from '../../../domain/job';
import { PHASES, valueAsked, type Phase, type Standard, type Translated } from '../../../domain/standard';
import { pick } from '../../i18n/catalogue';
import { issueWord } from '../words-trade';

/** One place in the filmstrip. `versions`: the original first, then its retakes; at least one. */
export interface Shot {
  readonly versions: readonly Photo[];
  readonly step: Step | null;
  readonly unit: Unit | null;
  readonly phase: Phase | null;
}

export interface PhaseSteps {
  readonly phase: Phase;
  readonly steps: readonly Step[];
}

/** The steps of the pinned standards as the fold left them. */
export function laidSteps(state: JobState, standards: readonly Standard[]): Step[] {
  return steps(state, standards);
}

/** Photos along the checklist; those that belong to no step come last, in the order they were taken. */
export function shots(state: JobState, laid: readonly Step[]): Shot[] {
  const chains = chainsOf(state.photos);
  const placed = chains.map((versions, taken) => {
    const first = versions[0];
    const place = laid.findIndex((step) => step.step_id === first?.step_id && step.unit_id === (first.unit_id ?? null));
    const step = laid[place] ?? null;
    const unit = find(state.units, 'unit_id', first?.unit_id ?? null);
    return { place: place < 0 ? laid.length : place, taken, shot: { versions, step, unit, phase: step?.rule.phase ?? null } };
  });
  return placed.sort((a, b) => a.place - b.place || a.taken - b.taken).map(({ shot }) => shot);
}

/** Photos grouped with what replaced them. A circle or a lost end, which only a faulty record could make, loses no photo. */
function chainsOf(photos: readonly Photo[]): Photo[][] {
  const byId = new Map(photos.map((photo) => [photo.photo_id, photo]));
  const retakes = new Set(photos.map((photo) => photo.replaced_by).filter((id) => id !== null && byId.has(id)));
  const chains: Photo[][] = [];
  const used = new Set<Photo>();
  const follow = (first: Photo): void => {
    const chain: Photo[] = [];
    for (let photo: Photo | undefined = first; photo !== undefined && !used.has(photo); ) {
      used.add(photo);
      chain.push(photo);
      photo = photo.replaced_by === null ? undefined : byId.get(photo.replaced_by);
    }
    if (chain.length > 0) chains.push(chain);
  };
  photos.filter((photo) => !retakes.has(photo.photo_id)).forEach(follow);
  photos.filter((photo) => !used.has(photo)).forEach(follow);
  return chains;
}

/** The photo of a shot that counts: the newest. */
export function newest(shot: Shot): Photo {
  const photo = shot.versions[shot.versions.length - 1];
  if (photo === undefined) throw new RangeError('a shot without a photo');
  return photo;
}

export function byPhase(laid: readonly Step[]): PhaseSteps[] {
  return PHASES.map((phase) => ({ phase, steps: laid.filter((step) => step.rule.phase === phase) })).filter((group) => group.steps.length > 0);
}

/** All answers to a step, the current one first. */
export function answersOf(state: JobState, step: Step): Answer[] {
  return state.answers
    .filter((answer) => isAt(step, answer))
    .sort((a, b) => Number(b.current) - Number(a.current) || b.rev - a.rev);
}

export function scansOf(state: JobState, unitId: string): Scan[] {
  return state.scans.filter((scan) => scan.unit_id === unitId);
}

/** Findings about a photo or, without one, about a step. */
export function findingsOf(state: JobState, about: { photo_id: string } | Step): Finding[] {
  if ('photo_id' in about) return state.findings.filter((finding) => finding.photo_id === about.photo_id);
  return state.findings.filter((finding) => finding.photo_id === null && isAt(about, finding));
}

/** What a photo role is called in the standards of the job. */
export function roleTitle(standards: readonly Standard[], role: string): Translated | null {
  for (const standard of standards) {
    if (Object.hasOwn(standard.photo_roles, role)) return standard.photo_roles[role]?.title ?? null;
  }
  return null;
}

/** What the reason of an exception or of a failed visit is called. */
export function reasonTitle(standards: readonly Standard[], reason: string, step: Step | null): Translated | null {
  const ofStep = step?.rule.exception?.reasons.find((candidate) => candidate.reason === reason);
  if (ofStep) return ofStep.title;
  for (const standard of standards) {
    const failure = standard.failure_reasons?.find((candidate) => candidate.reason === reason);
    if (failure) return failure.title;
  }
  return null;
}

/** What a raised issue is called: by the app's own codes, or as the job's standards call a reason. */
export function issueTitle({ detail }: { readonly detail: { readonly standards: readonly Standard[] } }, code: string): string {
  if (issueWord.has(code)) return issueWord(code);
  return pick(reasonTitle(detail.standards, code, null)) || code;
}

/** What a chosen option is called; null when the step asks for no choice. */
export function optionTitle(step: Step, value: Answer['value']): Translated | null {
  const asked = valueAsked(step.rule.evidence);
  return asked?.kind === 'choice' || asked?.kind === 'multi' ? (asked.options.find((option) => option.value === value)?.title ?? null) : null;
}

/** A hash's first characters, as the customer saw the statement's. */
export function shortCode(hash: string): string {
  return hash.slice(0, 8);
}

export interface Tally {
  readonly asked: number;
  readonly met: number;
  readonly excepted: number;
  readonly out_of_limits: number;
  readonly missing: number;
}

/** How many steps ended how; steps that only inform and were left are not counted as missing. */
export function tally(laid: readonly Step[]): Tally {
  const counted = laid.filter((step) => step.verdict !== 'missing' || step.rule.severity !== 'info');
  const of = (verdict: Step['verdict']): number => counted.filter((step) => step.verdict === verdict).length;
  return { asked: counted.length, met: of('met'), excepted: of('excepted'), out_of_limits: of('out_of_limits'), missing: of('missing') };
}
