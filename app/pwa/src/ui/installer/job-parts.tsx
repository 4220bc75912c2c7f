/** A job's plan of phases, its units and its steps with what each still asks. */
import { useState } from 'preact/hooks';
import type { Missing, Step } from '../../domain/checklist';
import type { JobView } from '../../state/jobs';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { categoryIcon, Icon, type IconName } from '../parts/icon';
import { Chip } from '../parts/notice';
import { lastHand } from './crew';
import { address, go } from './route';
import { isAt } from '../../domain/checklist';
import { isOpen, nextStep, phases, photosOf, placeOf, roleOf, scanState, subjectOf, type PhaseProgress } from './work';
import { sayJob } from './words-job';

/** The rooms one goes through: done, begun, to do. */
export function PhasePlan({ view }: { readonly view: JobView }) {
  return (
    <nav class="plan" aria-label={sayJob('progress')}>
      {phases(view).map((phase) => {
        const { icon, tone } = phaseLook(phase);
        const name = sayJob(`phase_${phase.phase}`);
        return (
          <a
            key={phase.phase}
            class={`room ${tone}`}
            href={`#phase-${phase.phase}`}
            aria-label={sayJob('phase_state', { phase: name, done: phase.done, all: phase.asked })}
            data-testid={`phase-${phase.phase}`}
            onClick={(event) => {
              event.preventDefault();
              const section = document.getElementById(`phase-${phase.phase}`);
              if (section instanceof HTMLDetailsElement) section.open = true;
              section?.scrollIntoView({ block: 'start', behavior: 'smooth' });
            }}
          >
            <Icon name={icon} />
            <span>{name}</span>
            <span class="figures small">{phase.asked > 0 && `${phase.done}/${phase.asked}`}</span>
          </a>
        );
      })}
    </nav>
  );
}

function phaseLook({ done, asked }: PhaseProgress): { icon: IconName; tone: string } {
  if (asked === 0) return { icon: 'info', tone: '' };
  if (done === asked) return { icon: 'circle-check', tone: 'ok' };
  return done > 0 ? { icon: 'circle-dot', tone: 'wait' } : { icon: 'circle', tone: '' };
}

export function UnitList({ view }: { readonly view: JobView }) {
  const { state } = view;
  return (
    <section class="stack tight">
      <h2>{sayJob('unit_list')}</h2>
      <ul class="stack tight">
        {state.units.map((unit) => {
          const scanned = scanState(state, unit.unit_id);
          return (
            <li class="card unit" key={unit.unit_id} data-testid="unit" data-unit={unit.unit_id} data-scan={scanned}>
              <Icon name={categoryIcon(unit.category)} class="unit-icon" />
              <div class="grow">
                <strong>{unit.name}</strong>
                {(unit.serial ?? unit.components.length === 0) && <p class="small quiet">{unit.serial ? sayJob('serial', { serial: unit.serial }) : sayJob('no_serial')}</p>}
                {unit.components.map((part) => (
                  <p class="small quiet" key={part.component_id}>{`${part.name} · ${part.serial ? sayJob('serial', { serial: part.serial }) : sayJob('no_serial')}`}</p>
                ))}
                {scanned === 'matched' && <Chip tone="ok">{sayJob('scanned')}</Chip>}
                {scanned === 'wrong' && <Chip tone="stop">{sayJob('wrong_scanned')}</Chip>}
              </div>
              {scanned !== 'matched' && (
                <Button icon="scan-barcode" testid="scan-unit" onTap={() => go(address('scan', view.job_id, { unit: unit.unit_id }))}>
                  {sayJob('scan_unit')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The phase with the next open step is unfolded; the others on a tap. */
export function StepList({ view }: { readonly view: JobView }) {
  const next = nextStep(view, null);
  return (
    <section class="stack tight">
      {view.steps.length > 0 && <h2>{sayJob('steps')}</h2>}
      {phases(view).map((phase) => (
        <PhaseSteps key={phase.phase} view={view} phase={phase} next={next} />
      ))}
    </section>
  );
}

function PhaseSteps({ view, phase, next }: { readonly view: JobView; readonly phase: PhaseProgress; readonly next: Step | null }) {
  const current = next !== null && phase.steps.some((step) => isAt(step, next));
  const [opened, setOpened] = useState<boolean | null>(null);
  const { icon, tone } = phaseLook(phase);
  const isOpened = opened ?? current;
  return (
    <details class="card phase" id={`phase-${phase.phase}`} open={isOpened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Icon name={icon} class={tone} />
        <span class="grow">{sayJob(`phase_${phase.phase}`)}</span>
        <span class="figures quiet">{phase.asked > 0 && `${phase.done}/${phase.asked}`}</span>
        <Icon name="chevron-down" class="fold" />
      </summary>
      {/* A long checklist is mostly folded away: rows that nobody sees are not made. */}
      {isOpened && (
        <ul>
          {phase.steps.map((step) => (
            <StepRow key={`${step.step_id} ${step.unit_id ?? ''} ${step.component ?? ''}`} view={view} step={step} />
          ))}
        </ul>
      )}
    </details>
  );
}

export function StepRow({ view, step }: { readonly view: JobView; readonly step: Step }) {
  const subject = view.state.units.length > 1 || step.component !== null ? subjectOf(view.state, step) : '';
  const photos = step.rule.evidence.reduce((sum, asked) => (asked.kind === 'photo' ? sum + photosOf(view.state, step, asked.role).length : sum), 0);
  const look = stepLook(step);
  const hand = lastHand(view, step);
  return (
    <li>
      <a class="step-row" href={placeOf(view.job_id, step)} data-testid="step" data-step={step.step_id} data-unit={step.unit_id ?? ''} data-part={step.component ?? ''} data-verdict={step.verdict}>
        <Icon name={look.icon} class={look.tone} />
        <span class="grow">
          <span>{pick(step.rule.title)}</span>
          {subject && <span class="small quiet block">{subject}</span>}
          <span class={`small block ${isOpen(step) ? 'quiet' : look.tone}`}>{[isOpen(step) ? missingText(view, step) : look.word, hand].filter(Boolean).join(' · ')}</span>
        </span>
        {photos > 0 && (
          <span class="row small quiet figures">
            <Icon name="camera" />
            {photos}
          </span>
        )}
        <Icon name="chevron-right" class="quiet" />
      </a>
    </li>
  );
}

export function stepLook(step: Step): { icon: IconName; tone: string; word: string } {
  if (step.rule.evidence.length === 0 && !isOpen(step)) return { icon: 'info', tone: 'quiet', word: sayJob('info_step') };
  if (step.missing.includes('finding')) return { icon: 'rotate-ccw', tone: 'warn', word: sayJob('need_finding') };
  switch (step.verdict) {
    case 'met':
      return { icon: 'circle-check', tone: 'ok', word: sayJob('verdict_met') };
    case 'excepted':
      return { icon: 'info', tone: 'warn', word: sayJob('verdict_excepted') };
    case 'out_of_limits':
      return { icon: 'triangle-alert', tone: 'warn', word: sayJob('verdict_out') };
    case 'missing':
      return { icon: 'circle', tone: 'quiet', word: sayJob('verdict_missing') };
  }
}

/** What a step still asks, in words: "Answer · Photo: Rating plate". */
export function missingText(view: JobView, step: Step): string {
  const words = step.missing.map((missing) => missingWord(view, step, missing));
  return (step.rule.severity === 'must' ? words : [sayJob(step.rule.severity === 'info' ? 'info_step' : 'optional'), ...words]).join(' · ');
}

function missingWord(view: JobView, step: Step, missing: Missing): string {
  if (missing.startsWith('photo:')) {
    const role = missing.slice('photo:'.length);
    return sayJob('need_photo', { role: pick(roleOf(view.standards, role, step.standard_id)?.title) || role });
  }
  return sayJob(`need_${missing as Exclude<Missing, `photo:${string}`>}`);
}
