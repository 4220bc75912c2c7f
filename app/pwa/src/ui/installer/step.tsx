/** One step of the checklist: what to do, what it asks, what it has, and the one next thing. */
import { useState } from 'preact/hooks';
import { isAt, type Step } from '../../domain/checklist';
import { currentAnswer, find } from '../../domain/job';
import { valueAsked, type PhotoAsked } from '../../domain/standard';
import type { JobView } from '../../state/jobs';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Chip, Notice } from '../parts/notice';
import { fresh, saveAnswer } from './answer';
import { AnswerEditor, answerText, isOutside, problemOf, valueOf, type AnswerDraft } from './answer-editor';
import { ExceptionSheet } from './exception-sheet';
import { SITE_PHASES } from './fail-details';
import { useCompany } from './crew';
import { byWhom, reasonWord } from './finding-card';
import { Frame } from './frame';
import { NoJob } from './job';
import { missingText, stepLook } from './job-parts';
import { PhotoStrip } from './photo-strip';
import { address, go, type Query } from './route';
import { save } from './saving';
import { ItemMark } from './sync-bar';
import { useDraft, useJob } from './use';
import { addressed, isOpen, nextStep, photosOf, placeOf, roleOf, scansOf, scanState, stepAt, subjectOf, unitOf } from './work';
import { say } from './words';
import { sayEnd } from './words-end';
import { sayJob } from './words-job';
import { sayStep } from './words-step';

export function StepScreen({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  useCompany(view);
  const step = view && stepAt(view, query);
  return view && step ? <OneStep view={view} step={step} findingId={query.finding ?? null} /> : <NoJob />;
}

const NOTHING: AnswerDraft = { value: '', note: '' };

function OneStep({ view, step, findingId }: { readonly view: JobView; readonly step: Step; readonly findingId: string | null }) {
  const { state } = view;
  const { rule } = step;
  const asked = valueAsked(rule.evidence);
  const finding = findingId === null ? null : find(state.findings, 'finding_id', findingId);
  const openFinding = finding?.status === 'open' ? finding : null;
  const answer = currentAnswer(state, step.step_id, step.unit_id, step.component);
  const given = answer !== null && (answer.exception !== null || !step.missing.includes('value')) && (answer.value !== null || answer.exception !== null);
  const [draft, write, clearDraft] = useDraft<{ value: string; note: string }>(`step ${view.job_id} ${step.step_id} ${step.unit_id ?? ''} ${step.component ?? ''}`.trimEnd(), { ...NOTHING });
  const [changing, setChanging] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [excepting, setExcepting] = useState(false);
  const editing = asked !== null && (!given || changing || openFinding !== null);

  const onward = (): void => {
    const now = fresh(view);
    const here = now.steps.find((other) => isAt(step, other));
    if (here && isOpen(here)) return;
    const next = nextStep(now, step);
    go(next ? placeOf(view.job_id, next) : address('job', view.job_id), 'replace');
  };
  const saveValue = async (): Promise<void> => {
    if (!asked) return;
    const wrong = problemOf(asked, draft);
    setProblem(wrong);
    const value = valueOf(asked, draft);
    if (wrong !== null || value === null) return;
    const unit = asked.kind === 'reading' ? asked.unit : null;
    // The note goes first: a phone that dies between the two asks for the reading again, and never keeps it without its note.
    if (isOutside(asked, draft)) {
      const text = `${sayStep('outside_prefix')} ${pick(rule.title)} ${String(value)} ${unit ?? ''} — ${draft.note.trim()}`;
      if (!(await save(view.job_id, 'note.added', { text }))) return;
    }
    if (!(await saveAnswer(view, step, { value, unit, finding_id: openFinding?.finding_id ?? null }, answer))) return;
    clearDraft();
    setChanging(false);
    onward();
  };
  const saveException = async (exception: { reason: string; note: string | null }): Promise<void> => {
    if (!(await saveAnswer(view, step, { value: null, exception, finding_id: openFinding?.finding_id ?? null }, answer))) return;
    setExcepting(false);
    clearDraft();
    onward();
  };

  const place = view.steps.findIndex((other) => isAt(step, other)) + 1;
  const unit = unitOf(state, step.unit_id);
  const under = [sayStep('position', { n: place, all: view.steps.length }), sayJob(`phase_${rule.phase}`), subjectOf(state, step)].filter(Boolean).join(' · ');
  return (
    <Frame
      testid="step"
      title={pick(rule.title)}
      under={<span class="figures">{under}</span>}
      actions={<Primary view={view} step={step} editing={editing} outside={asked !== null && isOutside(asked, draft)} saveValue={saveValue} onward={onward} />}
    >
      {openFinding && (
        <Notice tone="warn" icon="rotate-ccw" title={sayJob('sent_back', { what: reasonWord(openFinding.reason) })} testid="step-finding">
          {openFinding.note && <p>{openFinding.note}</p>}
        </Notice>
      )}
      <div class="row">
        {rule.severity === 'must' && isOpen(step) && <Chip>{sayJob('must')}</Chip>}
        {rule.actor === 'customer' && <Chip icon="user">{sayStep('by_customer')}</Chip>}
        {!isOpen(step) && <StateChip step={step} />}
      </div>
      <p class="instruction">{pick(rule.text)}</p>
      {step.missing.includes('value') && asked === null && (
        <Notice tone="warn" title={sayStep('asked_unknown')} testid="asked-unknown">
          <p>{sayStep('asked_unknown_do')}</p>
        </Notice>
      )}
      {answer?.conflict && <Notice tone="warn" title={sayJob('conflict')} />}
      {given && !editing && answer && (
        <div class="card stack tight" data-testid="answer">
          <p class="answer-text">{answerText(step, answer)}</p>
          <div class="row apart small">
            <span class="quiet figures">{byWhom(view.people[answer.actor], answer.at)}</span>
            <ItemMark eventId={answer.event_id} deviceId={answer.device_id} />
          </div>
          {asked?.kind !== 'confirm' && (
            <Button kind="link" testid="change-answer" onTap={() => setChanging(true)}>
              {sayStep('change_answer')}
            </Button>
          )}
        </div>
      )}
      {editing && (
        <AnswerEditor
          asked={asked}
          draft={draft}
          problem={problem}
          onWrite={(next) => {
            setProblem(null);
            write({ ...next });
          }}
        />
      )}
      {rule.evidence.map((evidence) => evidence.kind === 'photo' && <PhotoPart key={evidence.role} view={view} step={step} asked={evidence} />)}
      {rule.evidence.some((evidence) => evidence.kind === 'scan') && unit && <ScanPart view={view} step={step} unitId={unit.unit_id} />}
      <AgreementPart view={view} step={step} />
      {rule.exception && isOpen(step) && (
        <Button kind="link" icon="info" testid="cannot" onTap={() => setExcepting(true)}>
          {sayStep('cannot')}
        </Button>
      )}
      {SITE_PHASES.includes(rule.phase) && ['on_site', 'on_the_way'].includes(state.stage) && step.verdict !== 'met' && (
        <Button kind="link" icon="ban" testid="stops-visit" onTap={() => go(address('fail', view.job_id, { ...addressed(step), for: 'site_not_ready' }))}>
          {sayEnd('stops_visit')}
        </Button>
      )}
      {rule.remedy && (
        <details class="small">
          <summary class="quiet">{sayStep('remedy')}</summary>
          <p>{pick(rule.remedy.text)}</p>
        </details>
      )}
      {excepting && rule.exception && <ExceptionSheet exception={rule.exception} onSave={saveException} onClose={() => setExcepting(false)} />}
    </Frame>
  );
}

function Primary({ view, step, editing, outside, saveValue, onward }: {
  readonly view: JobView;
  readonly step: Step;
  readonly editing: boolean;
  readonly outside: boolean;
  readonly saveValue: () => Promise<void>;
  readonly onward: () => void;
}) {
  const photo = step.missing.find((missing) => missing.startsWith('photo:'))?.slice('photo:'.length);
  if (editing) {
    const last = photo === undefined && !step.missing.includes('scan') && !step.missing.includes('acknowledge');
    const confirm = valueAsked(step.rule.evidence)?.kind === 'confirm';
    return (
      <Button kind="primary" icon="check" testid="save" onTap={saveValue}>
        {sayStep(outside ? 'outside_save' : !last ? (confirm ? 'yes' : 'save') : confirm ? 'done_next' : 'save_next')}
      </Button>
    );
  }
  if (step.missing.includes('scan')) {
    return (
      <Button kind="primary" icon="scan-barcode" testid="scan" onTap={() => go(scanPlace(view, step))}>
        {sayJob('scan_unit')}
      </Button>
    );
  }
  if (photo !== undefined) {
    return (
      <Button kind="primary" icon="camera" testid="take-photo" onTap={() => go(photoPlace(view, step, photo))}>
        {sayStep('take_photo', { role: pick(roleOf(view.standards, photo, step.standard_id)?.title) || photo })}
      </Button>
    );
  }
  if (step.missing.includes('acknowledge')) {
    return (
      <Button kind="primary" icon="signature" testid="to-agree" onTap={() => go(address('agree', view.job_id, addressed(step)))}>
        {sayStep('hand_over', { name: view.state.customer?.name ?? '' })}
      </Button>
    );
  }
  const next = nextStep(view, step);
  return (
    <Button kind="primary" testid="onward" onTap={() => (isOpen(step) ? go(address('job', view.job_id)) : onward())}>
      {next && !isOpen(step) ? say('next', { what: pick(next.rule.title) }) : sayStep('to_job')}
    </Button>
  );
}

function StateChip({ step }: { readonly step: Step }) {
  const { icon, tone, word } = stepLook(step);
  return (
    <Chip icon={icon} {...(tone !== 'quiet' && { tone: tone === 'ok' ? 'ok' : 'warn' })} testid="step-state">
      {word}
    </Chip>
  );
}

function PhotoPart({ view, step, asked }: { readonly view: JobView; readonly step: Step; readonly asked: PhotoAsked }) {
  const role = roleOf(view.standards, asked.role, step.standard_id);
  const title = pick(role?.title) || asked.role;
  const photos = photosOf(view.state, step, asked.role);
  return (
    <section class="stack tight" data-testid="photos" data-role={asked.role}>
      <h2 class="row whole">
        <Icon name={photos.length >= asked.min ? 'circle-check' : 'camera'} class={photos.length >= asked.min ? 'ok' : ''} />
        <span class="figures">{sayStep('photos_of', { role: title, n: photos.length, min: asked.min })}</span>
      </h2>
      {role?.hint && <p class="quiet">{pick(role.hint)}</p>}
      <PhotoStrip view={view} photos={photos} title={title} />
      <Button icon={photos.length > 0 ? 'plus' : 'camera'} testid="add-photo" onTap={() => go(photoPlace(view, step, asked.role))}>
        {photos.length > 0 ? sayStep('another_photo') : sayStep('take_photo', { role: title })}
      </Button>
    </section>
  );
}

function ScanPart({ view, step, unitId }: { readonly view: JobView; readonly step: Step; readonly unitId: string }) {
  const scanned = scanState(view.state, unitId, step.component);
  const last = scansOf(view.state, unitId, step.component).at(-1);
  return (
    <section class="card row apart" data-testid="scan-part" data-scan={scanned}>
      <span class="grow">
        {scanned === 'matched' ? <Chip tone="ok">{sayJob('scanned')}</Chip> : scanned === 'wrong' ? <Chip tone="stop">{sayJob('wrong_scanned')}</Chip> : <span class="quiet">{sayStep('not_scanned')}</span>}
        {last?.serial && <span class="block code">{last.serial}</span>}
        {last && <span class="small quiet figures block">{byWhom(view.people[last.actor], last.at)}</span>}
        {last && <ItemMark eventId={last.event_id} deviceId={last.device_id} />}
      </span>
      <Button icon="scan-barcode" testid="scan-again" onTap={() => go(scanPlace(view, step))}>
        {sayJob('scan_unit')}
      </Button>
      {isOpen(step) && <span class="unseen">{missingText(view, step)}</span>}
    </section>
  );
}

/** What the customer is asked to agree to here, or who agreed and when. */
function AgreementPart({ view, step }: { readonly view: JobView; readonly step: Step }) {
  const asked = step.rule.evidence.find((evidence) => evidence.kind === 'acknowledge');
  const given = view.state.acknowledgements.findLast((one) => isAt(step, one));
  if (!asked && !given && !step.missing.includes('acknowledge')) return null;
  return (
    <section class="card stack tight" data-testid="agreement-part" data-agreed={given !== undefined && !step.missing.includes('acknowledge')}>
      <div class="row">{step.missing.includes('acknowledge') ? <Chip icon="user">{sayJob('need_acknowledge')}</Chip> : <Chip tone="ok">{sayStep('agreed')}</Chip>}</div>
      {asked?.kind === 'acknowledge' && <p>{pick(asked.text)}</p>}
      {given && (
        <div class="row apart small">
          <span class="quiet figures">{byWhom(given.name ?? given.typed_name ?? undefined, given.at)}</span>
          <ItemMark eventId={given.event_id} deviceId={given.device_id} />
        </div>
      )}
    </section>
  );
}

function photoPlace(view: JobView, step: Step, role: string): string {
  return address('photo', view.job_id, { ...addressed(step), role });
}

function scanPlace(view: JobView, step: Step): string {
  return address('scan', view.job_id, addressed(step));
}

