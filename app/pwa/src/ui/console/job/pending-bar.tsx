/** The decision that waits, with its undo; and the last one that the office did not take. */
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem } from '../../../state/console/api';
import { failedDecision, putFailureAway, UNDO_S, undo, waiting, type Failed, type Waiting } from '../../../state/console/pending';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { toast } from '../../parts/toast';
import { go } from '../navigation';
import { jobAddress } from '../route';
import { troubleOf } from '../trouble';
import { whyNotText } from './approve';
import { decide } from './words-decision';

export function undoNow(): boolean {
  if (undo() === null) return false;
  toast(decide('undone'));
  return true;
}

export function PendingBar() {
  const waits = waiting.value;
  const failed = failedDecision.value;
  return (
    <div class="pending-place">
      <div role="status" aria-live="polite">{waits && <Waits key={waits.decision.job_id + waits.decision.what} waits={waits} />}</div>
      <div role="alert">{failed && <NotTaken failed={failed} />}</div>
    </div>
  );
}

function Waits({ waits }: { readonly waits: Waiting }) {
  const { decision, step } = waits;
  const left_s = useSecondsDown(UNDO_S, decision);
  const said = decision.what === 'approve' ? 'will_approve' : 'will_send_back';
  return (
    <div class="pending" data-testid="pending">
      <Icon name={decision.what === 'approve' ? 'shield-check' : 'undo-2'} />
      {/* The count is for the eye; read aloud once. */}
      <span class="unseen">{decide(said, { customer: decision.customer, n: UNDO_S })}</span>
      <span aria-hidden="true">{step === 'sending' ? decide('sending') : decide(said, { customer: decision.customer, n: left_s })}</span>
      {step === 'waiting' && (
        <button type="button" class="button" data-testid="undo" onClick={undoNow}>
          {decide('undo')} <kbd>z</kbd>
        </button>
      )}
    </div>
  );
}

function NotTaken({ failed: { decision, error } }: { readonly failed: Failed }) {
  const title = decision.what === 'approve' ? 'failed_approve' : 'failed_send_back';
  return (
    <div class="pending failed" data-testid="not-taken">
      <Icon name="octagon-x" />
      <div>
        <strong>{decide(title, { customer: decision.customer })}</strong>
        <p class="small">{reasonOf(error)}</p>
      </div>
      <Button testid="look-again" onTap={() => { putFailureAway(); go(jobAddress(decision.job_id)); }}>{decide('look_again')}</Button>
      <Button testid="put-away" onTap={putFailureAway}>{decide('put_away')}</Button>
    </div>
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) return decide('failed_unknown');
  const why = error.members['why'];
  const codes = Array.isArray(why) ? why.filter((code): code is string => typeof code === 'string') : [];
  if (error.slug === 'job-state' && codes.length > 0) return `${codes.map((code) => whyNotText(null, code)).join(' ')} ${decide('failed_safe')}`;
  return `${troubleOf(error).title}. ${decide('failed_safe')}`;
}

function useSecondsDown(seconds: number, start: unknown): number {
  const [left_s, setLeft] = useState(seconds);
  useEffect(() => {
    const begun_ms = Date.now();
    setLeft(seconds);
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil(seconds - (Date.now() - begun_ms) / 1000))), 250);
    return () => clearInterval(timer);
  }, [start]);
  return left_s;
}
