/** How the checks came out: counted, and each reading, exception and miss named. */
import type { Standard } from '../../../domain/standard';
import type { ProofDocument, ProofStep } from '../../../state/console/proof-document';
import { pick } from '../../i18n/catalogue';
import { say } from './words';

export function ProofChecks({ document, standards }: { readonly document: ProofDocument; readonly standards: readonly Standard[] }) {
  const counted = document.steps.filter((step) => step.verdict !== 'missing' || step.severity !== 'info');
  const of = (verdict: ProofStep['verdict']): ProofStep[] => counted.filter((step) => step.verdict === verdict);
  const readings = counted.filter((step) => step.verdict === 'met' && step.answer?.unit);
  const counts = { asked: counted.length, met: of('met').length, excepted: of('excepted').length, out: of('out_of_limits').length, missing: of('missing').length };
  return (
    <>
      <p data-testid="proof-checks">{say('checks', counts)}.</p>
      <dl class="proof-checks">
        <Group title={say('outside')} texts={of('out_of_limits').map((step) => `${pick(step.title)} ${readingText(step)}`)} />
        <Group title={say('exceptions')} texts={of('excepted').map((step) => `${pick(step.title)}: ${exceptionText(step, standards)}`)} />
        <Group title={say('missing')} texts={of('missing').map((step) => pick(step.title))} />
        <Group title={say('readings')} texts={readings.map((step) => `${pick(step.title)} ${readingText(step)}`)} />
      </dl>
    </>
  );
}

function Group({ title, texts }: { readonly title: string; readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>{texts.join('; ')}</dd>
    </>
  );
}

function readingText({ answer }: ProofStep): string {
  return [answer?.value, answer?.unit].filter(Boolean).join(' ');
}

function exceptionText({ step_id, answer }: ProofStep, standards: readonly Standard[]): string {
  const exception = answer?.exception;
  if (!exception) return '';
  const rule = standards.flatMap((standard) => standard.rules).find((candidate) => candidate.code === step_id);
  const reason = rule?.exception?.reasons.find((candidate) => candidate.reason === exception.reason);
  return [pick(reason?.title) || exception.reason, exception.note].filter(Boolean).join(', ');
}
