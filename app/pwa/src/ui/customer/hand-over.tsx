/**
 * Hand-over mode: the phone is the customer's now. Larger text, their language, only this visit, no way into the rest
 * of the app; the crew leaves it with a long press.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Language } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { HoldButton } from '../parts/hold';
import { hideToast } from '../parts/toast';
import { holdHere } from '../installer/route';
import { RefuseForm, SignForm } from './forms';
import type { Outcome, Prepared } from './recording';
import { StatementView } from './statement-view';
import { sayCustomer } from './words';

export function HandOver({ prepared, tongue, onLanguage, onOutcome, onLeave }: {
  readonly prepared: Prepared;
  readonly tongue: Language;
  readonly onLanguage: (tongue: Language) => void;
  /** True when it was kept. */
  readonly onOutcome: (outcome: Outcome) => Promise<boolean>;
  readonly onLeave: (signed: boolean) => void;
}) {
  const [at, setAt] = useState<'text' | 'accept' | 'refuse' | 'accepted' | 'refused'>('text');
  useCustomersPhone();
  useEffect(() => scrollTo(0, 0), [at]);
  const done = at === 'accepted' || at === 'refused';
  const leave = (): void => {
    holdHere(false);
    onLeave(done);
  };
  const keep = async (outcome: Outcome): Promise<void> => {
    if (await onOutcome(outcome)) setAt(outcome.outcome === 'accepted' ? 'accepted' : 'refused');
  };
  return (
    <div class="frame customer" lang={tongue} data-testid="hand-over">
      <header class="customer-bar">
        {at === 'text' && <Tongues tongue={tongue} onLanguage={onLanguage} />}
        {(at === 'accept' || at === 'refuse') && (
          <Button kind="link" icon="chevron-left" testid="to-statement" onTap={() => setAt('text')}>
            {sayCustomer.in(tongue, 'back')}
          </Button>
        )}
      </header>
      <main class="stack">
        {at === 'text' && <StatementView statement={prepared.statement} digest={prepared.sha256} />}
        {at === 'accept' && (
          <SignForm tongue={tongue} sha256={prepared.sha256} customer={prepared.statement.customer} onDone={(signer) => keep({ outcome: 'accepted', reason: null, ...signer })} />
        )}
        {at === 'refuse' && <RefuseForm prepared={prepared} onDone={keep} />}
        {done && (
          <div class="verdict" role="status" data-testid="signed">
            <h1>{sayCustomer.in(tongue, 'thanks')}</h1>
            <p>{sayCustomer.in(tongue, at === 'accepted' ? 'accepted_text' : 'refused_text')}</p>
            <p>{sayCustomer.in(tongue, 'give_back')}</p>
          </div>
        )}
        <HoldButton testid="leave-hand-over" onHeld={leave}>
          {sayCustomer.in(tongue, 'hold')}
        </HoldButton>
      </main>
      {at === 'text' && (
        <footer class="actions">
          <Button kind="plain" wide testid="refuse" onTap={() => setAt('refuse')}>
            {sayCustomer.in(tongue, 'refuse')}
          </Button>
          <Button kind="primary" icon="signature" testid="accept" onTap={() => setAt('accept')}>
            {sayCustomer.in(tongue, 'accept')}
          </Button>
        </footer>
      )}
    </div>
  );
}

/** While the screen is there the phone is the customer's: no back button, no toast, larger text. */
export function useCustomersPhone(): void {
  useEffect(() => {
    hideToast();
    holdHere(true);
    document.documentElement.dataset['mode'] = 'customer';
    return () => {
      holdHere(false);
      delete document.documentElement.dataset['mode'];
    };
  }, []);
}

/** The languages that the customer may read in. */
export function Tongues({ tongue, onLanguage }: { readonly tongue: Language; readonly onLanguage: (tongue: Language) => void }) {
  return (
    <div class="row" role="group" aria-label="Language · 语言">
      {(['zh-Hans', 'en'] as const).map((choice) => (
        <button key={choice} type="button" class="button link" aria-pressed={choice === tongue} data-testid={`statement-${choice}`} lang={choice} onClick={() => onLanguage(choice)}>
          {choice === 'en' ? 'English' : '中文'}
        </button>
      ))}
    </div>
  );
}
