/** The rule that asked for a piece of evidence, in the console's language, with what was said to it. */
import type { Step } from '../../../domain/checklist';
import { find } from '../../../domain/job';
import type { Asked } from '../../../domain/standard';
import { pick } from '../../i18n/catalogue';
import { Chip, type Tone } from '../../parts/notice';
import { phaseWord, verdictWord } from '../words-trade';
import { answerText, exceptionText } from './answer-text';
import { answersOf, scansOf } from './evidence';
import { judged } from './units';
import { roleName, subjectName, type JobView } from './view';
import { say } from './words';

const VERDICT_TONES: Readonly<Record<Step['verdict'], Tone>> = { met: 'ok', excepted: 'warn', out_of_limits: 'stop', missing: 'wait' };

export function VerdictChip({ step }: { readonly step: Step }) {
  return <Chip tone={VERDICT_TONES[step.verdict]} testid="verdict">{verdictWord(step.verdict)}</Chip>;
}

export function RuleCard({ view, step }: { readonly view: JobView; readonly step: Step | null }) {
  if (step === null) {
    return (
      <section class="rule" aria-label={say('rule')}>
        <h3 class="label quiet">{say('rule')}</h3>
        <p class="quiet">{say('rule_none')}</p>
      </section>
    );
  }
  const [answer] = answersOf(view.detail.state, step);
  return (
    <section class="rule" aria-label={say('rule')} data-testid="rule">
      <h3 class="label quiet">{say('rule')} · {phaseWord(step.rule.phase)} · <span class="code">{step.step_id}</span></h3>
      <p class="rule-title"><strong>{pick(step.rule.title)}</strong></p>
      <div class="row">
        <VerdictChip step={step} />
        <span class="small quiet">{say(`severity_${step.rule.severity}`)} · {step.unit_id === null ? say('whole_job') : subjectName(view, step)}</span>
      </div>
      <p class="small">{pick(step.rule.text)}</p>
      {answer && (
        <p class="small rule-answer">
          <span class="quiet">{say('answer')}: </span>
          <strong>{answerText(view, step, answer)}</strong>
          {answer.exception && <span class="block">{exceptionText(view, step, answer)}</span>}
        </p>
      )}
      {step.rule.evidence.some((asked) => asked.kind === 'scan') && <LastScan view={view} unitId={step.unit_id} />}
      <p class="small quiet">{say('asks')}: {step.rule.evidence.map((asked) => askedText(view, asked)).join(', ')}</p>
    </section>
  );
}

/** What the last scan of the unit said, beside the serial on the order. */
function LastScan({ view, unitId }: { readonly view: JobView; readonly unitId: string | null }) {
  const unit = find(view.detail.state.units, 'unit_id', unitId);
  const scan = unit && scansOf(view.detail.state, unit.unit_id).at(-1);
  if (unit === null || scan == null) return null;
  const [tone, word] = judged(unit, scan);
  return (
    <dl class="facts small rule-answer">
      <dt>{say('serial_expected')}</dt>
      <dd class="code">{unit.serial ?? say('serial_none')}</dd>
      <dt>{say('scans')}</dt>
      <dd><strong class="code">{scan.serial ?? say('scan_no_serial')}</strong> <Chip tone={tone}>{word}</Chip></dd>
    </dl>
  );
}

export function askedText(view: JobView, asked: Asked): string {
  switch (asked.kind) {
    case 'photo':
      return say('ask_photo', { n: asked.min, role: roleName(view, asked.role) });
    case 'reading':
      return [say('ask_reading'), limitsText(asked)].filter(Boolean).join(', ');
    default:
      return say(`ask_${asked.kind}`);
  }
}

/** A reading's limits in words; empty when there are none. */
export function limitsText({ min = null, max = null, unit }: Extract<Asked, { kind: 'reading' }>): string {
  if (min !== null && max !== null) return say('limits', { min, max, unit });
  if (min !== null) return say('limit_least', { min, unit });
  return max === null ? '' : say('limit_most', { max, unit });
}
