/** One step's agreement: the customer reads what it is about, in their language, and signs under it or hands the phone back. */
import { useEffect, useState } from 'preact/hooks';
import type { Step } from '../../domain/checklist';
import { find } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { language, LANGUAGES, type Language } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { HoldButton } from '../parts/hold';
import { fresh } from '../installer/answer';
import { NoJob } from '../installer/job';
import { address, go, holdHere, type Query } from '../installer/route';
import { useJob } from '../installer/use';
import { addressed, isOpen, nextStep, placeOf, stepAt } from '../installer/work';
import { SignForm } from './forms';
import { Tongues, useCustomersPhone } from './hand-over';
import { askFor, recordAgreement, type Asked, type Signer } from './recording';
import { sayCustomer } from './words';
import '../styles/customer.css';

export function Agree({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  const step = view && stepAt(view, query);
  return view && step ? <Agreeing view={view} step={step} query={query} /> : <NoJob />;
}

function Agreeing({ view, step, query }: { readonly view: JobView; readonly step: Step; readonly query: Query }) {
  const [tongue, setTongue] = useState<Language>(LANGUAGES.find((one) => one === view.state.customer?.language) ?? language.value);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [at, setAt] = useState<'text' | 'sign' | 'signed'>('text');
  const finding = query.finding ? find(view.state.findings, 'finding_id', query.finding) : null;
  useCustomersPhone();
  useEffect(() => scrollTo(0, 0), [at]);
  // What is shown stays as it is shown: later facts do not change the text under the customer's eyes.
  useEffect(() => {
    let gone = false;
    void askFor(view, step, tongue).then((made) => {
      if (!gone) setAsked(made);
    });
    return () => {
      gone = true;
    };
  }, [tongue]);

  const leave = (): void => {
    holdHere(false);
    const now = fresh(view);
    const here = stepAt(now, addressed(step)) ?? step;
    const next = isOpen(here) ? here : nextStep(now, here);
    go(next ? placeOf(view.job_id, next) : address('job', view.job_id), 'replace');
  };
  const keep = async (signer: Signer): Promise<void> => {
    if (asked && (await recordAgreement(view.job_id, step, asked, signer, finding?.status === 'open' ? finding.finding_id : null))) setAt('signed');
  };
  if (asked?.agreement.language !== tongue) return <div class="frame customer" aria-busy="true" />;
  const { agreement } = asked;
  return (
    <div class="frame customer" lang={tongue} data-testid="agree">
      <header class="customer-bar">
        {at === 'text' && <Tongues tongue={tongue} onLanguage={setTongue} />}
        {at === 'sign' && (
          <Button kind="link" icon="chevron-left" testid="to-text" onTap={() => setAt('text')}>
            {sayCustomer.in(tongue, 'back')}
          </Button>
        )}
      </header>
      <main class="stack">
        {at === 'text' && (
          <article class="stack" data-testid="agreement">
            <h1>{agreement.title}</h1>
            {agreement.of && <p class="quiet">{agreement.of}</p>}
            {agreement.text.map((text) => (
              <p key={text} class="agreed-text">
                {text}
              </p>
            ))}
            <p class="small quiet">{sayCustomer.in(tongue, 'agree_rights')}</p>
          </article>
        )}
        {at === 'sign' && <SignForm tongue={tongue} sha256={asked.sha256} customer={agreement.customer} onDone={keep} />}
        {at === 'signed' && (
          <div class="verdict" role="status" data-testid="agreed">
            <h1>{sayCustomer.in(tongue, 'thanks')}</h1>
            <p>{sayCustomer.in(tongue, 'agreed_text')}</p>
            <p>{sayCustomer.in(tongue, 'give_back')}</p>
          </div>
        )}
        <HoldButton testid="leave-hand-over" onHeld={leave}>
          {sayCustomer.in(tongue, 'hold')}
        </HoldButton>
      </main>
      {at === 'text' && (
        <footer class="actions">
          <Button kind="primary" icon="signature" testid="agree-sign" onTap={() => setAt('sign')}>
            {sayCustomer.in(tongue, 'agree')}
          </Button>
        </footer>
      )}
    </div>
  );
}
