/** What some reasons of a failed visit are about: which units, which check of the site, how the box looked. */
import { isAt, type Step } from '../../domain/checklist';
import type { Unit } from '../../domain/job';
import type { Phase } from '../../domain/standard';
import type { JobView } from '../../state/jobs';
import { entry, newId, type Entry } from '../../state/record';
import { pick } from '../i18n/catalogue';
import { clock } from '../i18n/format';
import { categoryIcon } from '../parts/icon';
import { Ticks, Tiles } from '../parts/tiles';
import { carriedFacts } from './unit-fate';
import { endOfVisitBefore, subjectOf } from './work';
import { sayEnd } from './words-end';

export type Details = {
  /** Of the units that it is about; all when there is but one. */
  readonly units: string[];
  /** The step that could not be met, by `keyOf`; empty: not said. */
  readonly check: string;
  readonly box: string;
};

export const NO_DETAILS: Details = { units: [], check: '', box: '' };

const DAMAGED = 'damaged_in_transit';
const ABOUT_UNITS: readonly string[] = ['wrong_unit', DAMAGED, 'missing_part'];
const ABOUT_SITE: readonly string[] = ['site_not_ready', 'unsafe', 'access_blocked'];
/** Where the place is looked at, before anything is installed. */
export const SITE_PHASES: readonly Phase[] = ['arrive', 'protect', 'pre_check'];
const NONE_OF_THEM = 'none';
const BOXES = ['fine', 'damaged', 'gone'] as const;

export function FailDetails({ view, reason, details, onChange }: {
  readonly view: JobView;
  readonly reason: string;
  readonly details: Details;
  readonly onChange: (details: Details) => void;
}) {
  const { units } = view.state;
  const checks = ABOUT_SITE.includes(reason) ? siteChecks(view) : [];
  const asksUnits = ABOUT_UNITS.includes(reason) && units.length > 1;
  const toggle = (unitId: string, on: boolean): void => onChange({ ...details, units: on ? [...details.units, unitId] : details.units.filter((other) => other !== unitId) });
  return (
    <>
      {asksUnits && (
        <Ticks
          legend={sayEnd('which_units')}
          options={units.map((unit) => ({ value: unit.unit_id, title: [unit.name, unit.serial].filter(Boolean).join(' · '), icon: categoryIcon(unit.category) }))}
          chosen={details.units}
          testid="fail-unit"
          onTick={toggle}
        />
      )}
      {checks.length > 0 && (
        <Tiles
          single
          legend={sayEnd('which_check')}
          options={[...checks.map((step) => ({ value: keyOf(step), title: checkTitle(view, step) })), { value: NONE_OF_THEM, title: sayEnd('no_check') }]}
          chosen={details.check || null}
          testid="fail-check"
          onChoose={(check) => onChange({ ...details, check })}
        />
      )}
      {reason === DAMAGED && (
        <>
          <Tiles
            legend={sayEnd('which_box')}
            options={BOXES.map((box) => ({ value: box, title: sayEnd(`box_${box}`) }))}
            chosen={details.box || null}
            testid="fail-box"
            onChoose={(box) => onChange({ ...details, box })}
          />
          {unitsMeant(view, reason, details).map((unit) => <p class="small quiet" key={unit.unit_id} data-testid="loaded-how">{loadedHow(view, unit)}</p>)}
        </>
      )}
    </>
  );
}

/** What a person still has to say, in words. */
export function lackingDetails(view: JobView, reason: string, details: Details): string[] {
  const lacking = [];
  if (ABOUT_UNITS.includes(reason) && unitsMeant(view, reason, details).length === 0) lacking.push(sayEnd('lack_units'));
  if (reason === 'site_not_ready' && details.check === '' && siteChecks(view).length > 0) lacking.push(sayEnd('lack_check'));
  if (reason === DAMAGED && details.box === '') lacking.push(sayEnd('lack_box'));
  return lacking;
}

/** What goes into the note of the failed visit, besides the person's own words. */
export function detailWords(view: JobView, reason: string, details: Details): string[] {
  const check = siteChecks(view).find((step) => keyOf(step) === details.check);
  const words = check && ABOUT_SITE.includes(reason) ? [`${check.step_id} ${checkTitle(view, check)}`] : [];
  return reason === DAMAGED && isBox(details.box) ? [...words, sayEnd(`box_${details.box}`)] : words;
}

/** An issue of each unit that it is about; and what comes back is with the crew, also when nobody loaded it by its code. */
export function detailFacts(view: JobView, reason: string, details: Details, words: string): Entry[] {
  const since = endOfVisitBefore(view.state);
  const isTold = ({ unit_id }: Unit): boolean => view.state.issues.some((issue) => issue.code === reason && issue.unit_id === unit_id && issue.rev > since);
  const about = unitsMeant(view, reason, details)
    .filter((unit) => !isTold(unit))
    .map(({ unit_id }) => entry('issue.raised', { issue_id: newId(), code: reason, unit_id, note: words || null }));
  return [...about, ...carriedFacts(view, view.state.units)];
}

/** The step as an address names it, for a visit that fails at one. */
export function keyOf({ step_id, unit_id, component }: Pick<Step, 'step_id' | 'unit_id' | 'component'>): string {
  return [step_id, unit_id ?? '', component ?? ''].join(' ');
}

function unitsMeant(view: JobView, reason: string, details: Details): Unit[] {
  const { units } = view.state;
  if (!ABOUT_UNITS.includes(reason)) return [];
  return units.length === 1 ? units : units.filter(({ unit_id }) => details.units.includes(unit_id));
}

/** What was asked about the site and is not met: what was found wrong before what nobody looked at. */
function siteChecks(view: JobView): Step[] {
  const open = view.steps.filter((step) => SITE_PHASES.includes(step.rule.phase) && step.rule.severity !== 'info' && step.verdict !== 'met');
  const isFound = (step: Step): boolean => step.verdict !== 'missing';
  return [...open.filter(isFound), ...open.filter((step) => !isFound(step))].filter((step, place, all) => all.findIndex((other) => isAt(step, other)) === place);
}

function checkTitle(view: JobView, step: Step): string {
  return [pick(step.rule.title), subjectOf(view.state, step)].filter(Boolean).join(' · ');
}

/** How the unit looked when it came into the van. */
function loadedHow(view: JobView, unit: Unit): string {
  const load = view.state.handovers.findLast((one) => one.unit_ids.includes(unit.unit_id));
  if (!load || load.condition === 'unknown') return sayEnd('loaded_unseen', { name: unit.name });
  return sayEnd(`loaded_${load.condition}`, { name: unit.name, time: clock(load.at) });
}

function isBox(box: string): box is (typeof BOXES)[number] {
  return BOXES.some((known) => known === box);
}
