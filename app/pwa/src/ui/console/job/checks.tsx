/** Every answer beside the rule that asked, phase by phase. */
import { useState } from 'preact/hooks';
import { isAt, type Step } from '../../../domain/checklist';
import { valueAsked } from '../../../domain/standard';
import { pick } from '../../i18n/catalogue';
import { day } from '../../i18n/format';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { phaseWord } from '../words-trade';
import { Agreed } from './agreed';
import { answerText, exceptionText, missingText } from './answer-text';
import { draft, isAbout, turnTo, type About } from './draft';
import { answersOf, byPhase, findingsOf } from './evidence';
import { limitsText, VerdictChip } from './rule-card';
import { personName, subjectName, times, type JobView } from './view';
import { say } from './words';

export function Checks({ view, onPhoto }: { readonly view: JobView; readonly onPhoto: (photoId: string) => void }) {
  const [onlyOpen, setOnlyOpen] = useState(false);
  const shown = onlyOpen ? view.laid.filter((step) => step.verdict !== 'met') : view.laid;
  const { met, excepted, out_of_limits, missing } = view.tally;
  if (view.laid.length === 0) return <p class="quiet">{say('no_standard')}</p>;
  return (
    <div class="stack">
      <div class="row apart">
        <p data-testid="tally">{say('tally', { met, excepted, out: out_of_limits, missing })}</p>
        <label class="check">
          <input type="checkbox" checked={onlyOpen} data-testid="only-open" onChange={(event) => setOnlyOpen(event.currentTarget.checked)} />
          {say('only_open')}
        </label>
      </div>
      {view.detail.withdrawn.map((one) => <Withdrawn key={one.standard_id} view={view} one={one} />)}
      {shown.length === 0 && <Notice tone="ok" title={say('nothing_open')} />}
      {byPhase(shown).map(({ phase, steps }) => (
        <section key={phase} class="phase">
          <h3 class="phase-title">{phaseWord(phase)}</h3>
          <ul class="checks">
            {steps.map((step) => <Check key={`${step.step_id}/${step.unit_id ?? ''}/${step.component ?? ''}`} view={view} step={step} onPhoto={onPhoto} />)}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Withdrawn({ view, one }: { readonly view: JobView; readonly one: JobView['detail']['withdrawn'][number] }) {
  const title = view.detail.standards.find((standard) => standard.standard_id === one.standard_id)?.title;
  const name = (title && pick(title)) || one.standard_id;
  return (
    <Notice tone="warn" testid="withdrawn" title={say('withdrawn', { name, version: one.version, day: day(one.withdrawn_at) })}>
      {one.withdrawn_why && <p>{say('withdrawn_why', { why: one.withdrawn_why })}</p>}
      <p>{say('withdrawn_keeps')}</p>
    </Notice>
  );
}

function Check({ view, step, onPhoto }: { readonly view: JobView; readonly step: Step; readonly onPhoto: (photoId: string) => void }) {
  const { state } = view.detail;
  const answers = answersOf(state, step);
  const [answer, ...before] = answers;
  const photos = state.photos.filter((photo) => isAt(step, photo));
  const agreed = state.acknowledgements.findLast((one) => isAt(step, one));
  const asked = valueAsked(step.rule.evidence);
  const limits = asked?.kind === 'reading' ? limitsText(asked) : '';
  const withCrew = findingsOf(state, step).some((finding) => finding.status === 'open');
  return (
    <li class={`check-row ${step.verdict}`} data-testid="check" data-step={step.step_id}>
      <div class="check-rule">
        <p><strong>{pick(step.rule.title)}</strong>{step.unit_id !== null && <span class="quiet small"> {say('of_unit', { unit: subjectName(view, step) })}</span>}</p>
        <p class="small quiet">{pick(step.rule.text)}</p>
        <p class="small quiet"><span class="code">{step.step_id}</span> · {say(`severity_${step.rule.severity}`)}{limits !== '' && ` · ${limits}`}</p>
      </div>
      <div class="check-answer">
        <div class="row">
          <VerdictChip step={step} />
          {answer && <strong class="figures">{answerText(view, step, answer)}</strong>}
        </div>
        {step.missing.map((missing) => <p class="small" key={missing}>{missingText(view, missing)}</p>)}
        {answer?.exception && answer.value !== null && <p class="small">{exceptionText(view, step, answer)}</p>}
        {answer?.conflict && <p class="small warn"><Icon name="triangle-alert" /> {say('answer_conflict')}</p>}
        {answer && <p class="small quiet">{personName(view, answer.actor)} · {times(view, answer)}</p>}
        {agreed && <Agreed view={view} agreed={agreed} />}
        {before.map((old) => <p class="small quiet" key={old.event_id}>{say('answer_before', { text: answerText(view, step, old) })} · {personName(view, old.actor)}</p>)}
        <div class="row">
          {photos[0] && (
            <button type="button" class="button link small" onClick={() => onPhoto(photos[0]?.photo_id ?? '')}>
              <Icon name="images" /> {say('photos_n', { n: photos.length })}
            </button>
          )}
          {(answer ?? step.missing.length > 0) && <JudgeButton step={step} withCrew={withCrew} />}
        </div>
      </div>
    </li>
  );
}

function JudgeButton({ step, withCrew }: { readonly step: Step; readonly withCrew: boolean }) {
  const about: About = { kind: 'answer', step_id: step.step_id, unit_id: step.unit_id, component: step.component };
  const mine = isAbout(draft.value, about);
  const judge = (): void => {
    turnTo(about);
    document.getElementById('decision')?.scrollIntoView({ block: 'nearest' });
    document.getElementById('decision-reason')?.focus({ preventScroll: true });
  };
  return (
    <button type="button" class="button link small" aria-pressed={mine} disabled={withCrew} data-testid="judge" onClick={judge}>
      <Icon name="flag" /> {mine ? say('judging') : say('judge')}
    </button>
  );
}
