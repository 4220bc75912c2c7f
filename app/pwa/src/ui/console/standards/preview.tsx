/** The phone's checklist as crews would see it with the draft: the phone's own parts and styles, in a room of their own, over a made-up job. */
import { render, type ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAt, type Key, type Step } from '../../../domain/checklist';
import { valueAsked, type Asked, type Standard } from '../../../domain/standard';
import { language, pick } from '../../i18n/catalogue';
import { AnswerEditor, answerText, problemOf, valueOf, type AnswerDraft } from '../../installer/answer-editor';
import { PhasePlan, StepList } from '../../installer/job-parts';
import { Button } from '../../parts/button';
import { Chip, Notice } from '../../parts/notice';
import baseStyle from '../../styles/base.css?inline';
import formStyle from '../../styles/forms.css?inline';
import phoneStyle from '../../styles/installer.css?inline';
import jobStyle from '../../styles/job.css?inline';
import partStyle from '../../styles/parts.css?inline';
import stepStyle from '../../styles/step.css?inline';
import { serviceWord } from '../words-trade';
import { edit, evidenceWord } from './editor-words';
import { after, given, sampleJob, viewOf, type History } from './preview-job';

const SERVICES = ['deliver', 'install', 'take_back'] as const;
const NO_DRAFT: AnswerDraft = { value: '', note: '' };

/** `code` is the rule that is being written: its step is shown, where there is one. */
export function Preview({ standard, code }: { readonly standard: Standard; readonly code: string }) {
  const [services, setServices] = useState<readonly string[]>(['deliver', 'install']);
  const category = standard.categories[0] ?? 'appliance';
  const name = pick(standard.title) || standard.standard_id;
  const fresh = (): History => sampleJob(standard, services, category, name);
  const [history, setHistory] = useState<History>(fresh);
  const parts = JSON.stringify(standard.rules.map((rule) => [rule.per, rule.component]));
  // What the made-up order is decides what rules apply; a changed text does not begin it anew.
  useEffect(() => setHistory(fresh()), [services, category, parts]);
  return (
    <section class="preview" aria-label={edit('preview')} data-testid="preview">
      <header class="stack tight">
        <h2>{edit('preview')}</h2>
        <p class="small quiet">{edit('preview_hint')}</p>
        <div class="row">
          {SERVICES.map((service) => (
            <label class="check small" key={service}>
              <input type="checkbox" checked={services.includes(service)} data-testid={`preview-${service}`} onChange={(event) => setServices(SERVICES.filter((one) => (one === service ? event.currentTarget.checked : services.includes(one))))} />
              {serviceWord(service)}
            </label>
          ))}
          <Button kind="link" icon="undo-2" testid="preview-reset" onTap={() => setHistory(fresh())}>{edit('preview_reset')}</Button>
        </div>
      </header>
      <PhoneRoom><Checklist standard={standard} history={history} code={code} onHistory={setHistory} /></PhoneRoom>
    </section>
  );
}

/** A shadow root with the phone's styles, so that neither page's rules reach the other. */
function PhoneRoom({ children }: { readonly children: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  const tongue = language.value;
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || element.shadowRoot) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync([baseStyle, partStyle, formStyle, phoneStyle, jobStyle, stepStyle].join('\n'));
    element.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
  }, []);
  useLayoutEffect(() => {
    const root = host.current?.shadowRoot;
    if (root) render(<div lang={tongue}>{children}</div>, root);
  });
  useEffect(() => () => {
    if (host.current?.shadowRoot) render(null, host.current.shadowRoot);
  }, []);
  return <div class="preview-phone" ref={host} data-testid="preview-phone" />;
}

interface At {
  readonly standard: Standard;
  readonly history: History;
  readonly onHistory: (history: History) => void;
}

function Checklist({ standard, history, code, onHistory }: At & { readonly code: string }) {
  const [opened, setOpened] = useState<Key | null>(null);
  const view = viewOf(history, standard);
  useEffect(() => setOpened(view.steps.find((one) => one.step_id === code) ?? null), [code]);
  const step = opened && view.steps.find((one) => isAt(opened, one));
  if (step) return <OpenStep key={step.step_id} standard={standard} history={history} step={step} onHistory={onHistory} onBack={() => setOpened(null)} />;
  if (view.steps.length === 0) return <Notice tone="wait" title={edit('preview_none')} />;
  /** Taps on the checklist's own links open the step here instead of on a phone. */
  const tapped = (event: Event): void => {
    const link = event.composedPath().find((node): node is HTMLElement => node instanceof HTMLElement && (node.dataset['step'] !== undefined || node.classList.contains('room')));
    if (!link) return;
    event.preventDefault();
    if (link.dataset['step'] !== undefined) setOpened({ step_id: link.dataset['step'], unit_id: link.dataset['unit'] || null, component: link.dataset['part'] || null });
  };
  return (
    <div class="stack" onClick={tapped}>
      <PhasePlan view={view} />
      <StepList view={view} />
    </div>
  );
}

function OpenStep({ standard, history, step, onHistory, onBack }: At & { readonly step: Step; readonly onBack: () => void }) {
  const [draft, setDraft] = useState(NO_DRAFT);
  const [problem, setProblem] = useState<string | null>(null);
  const { rule } = step;
  const asked = valueAsked(rule.evidence);
  const answer = viewOf(history, standard).state.answers.find((one) => one.current && isAt(step, one)) ?? null;
  const place = { step_id: step.step_id, unit_id: step.unit_id, component: step.component };
  const save = (): void => {
    const wrong = asked ? problemOf(asked, draft) : null;
    setProblem(wrong);
    const value = asked ? valueOf(asked, draft) : null;
    if (asked && wrong === null && value !== null) onHistory(after(history, 'step.answered', { ...place, value, unit: asked.kind === 'reading' ? asked.unit : null }));
  };
  const except = (reason: string): void => onHistory(after(history, 'step.answered', { ...place, exception: { reason, note: '…' } }));
  return (
    <div class="stack" data-testid="preview-step">
      <div><Button kind="link" icon="chevron-left" testid="preview-back" onTap={onBack}>{edit('back_to_list')}</Button></div>
      <h2>{pick(rule.title)}</h2>
      <p class="instruction">{pick(rule.text)}</p>
      {answer && <div class="card"><p class="answer-text">{answerText(step, answer)}</p></div>}
      {step.missing.length === 0 && <div><Chip tone={step.verdict === 'out_of_limits' ? 'warn' : 'ok'}>{edit('yes')}</Chip></div>}
      {asked && (
        <>
          <AnswerEditor asked={asked} draft={draft} problem={problem} onWrite={(next) => { setProblem(null); setDraft(next); }} />
          <Button kind="primary" testid="preview-save" onTap={save}>{edit('answered')}</Button>
        </>
      )}
      {rule.evidence.map((one, index) => one !== asked && <Button key={index} testid={`preview-${one.kind}`} onTap={() => onHistory(given(history, step, one))}>{askedName(standard, one)}</Button>)}
      {rule.exception?.reasons.map((reason) => <Button key={reason.reason} kind="link" onTap={() => except(reason.reason)}>{edit('leave_undone', { reason: pick(reason.title) })}</Button>)}
    </div>
  );
}

function askedName(standard: Standard, asked: Asked): string {
  return asked.kind === 'photo' ? edit('photo_taken', { role: pick(standard.photo_roles[asked.role]?.title) || asked.role }) : evidenceWord(asked.kind);
}
