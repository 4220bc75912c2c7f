/** Approving: what it will do, or why it cannot be done yet. */
import { countedPhotos } from '../../../domain/job';
import { waiting } from '../../../state/console/pending';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { approvalNote } from './draft';
import type { JobView } from './view';
import { decide, whyNot } from './words-decision';

export function Approve({ view, onApprove }: { readonly view: JobView; readonly onApprove: () => void }) {
  const { may, state } = view.detail;
  const { missing, out_of_limits, asked } = view.tally;
  const busy = waiting.value?.decision.job_id === view.detail.job_id;
  const photos = countedPhotos(state).length;
  return (
    <div class="stack tight approve">
      {may.approve ? (
        <div class="small stack tight" id="approve-what">
          <p>{decide('approve_will', { photos, checks: asked })}</p>
          {missing > 0 && <p class="warn"><Icon name="triangle-alert" /> {decide('approve_missing', { n: missing })}</p>}
          {out_of_limits > 0 && <p class="warn"><Icon name="triangle-alert" /> {decide('approve_out', { n: out_of_limits })}</p>}
          <details>
            <summary>{decide('approve_note')}</summary>
            <input class="input" maxLength={1000} value={approvalNote.value} aria-label={decide('approve_note')} data-testid="approve-note" onInput={(event) => { approvalNote.value = event.currentTarget.value; }} />
          </details>
        </div>
      ) : (
        <Notice tone="wait" title={decide('cannot')} testid="why-not">
          <ul class="small" id="approve-what">
            {may.why_not.map((code) => <li key={code}>{whyNotText(view, code)}</li>)}
          </ul>
        </Notice>
      )}
      <button
        type="button"
        class="button primary"
        disabled={!may.approve || busy}
        aria-describedby="approve-what"
        data-testid="approve"
        onClick={onApprove}
      >
        <Icon name="shield-check" />
        <span>{decide('approve')}</span>
        <kbd>a</kbd>
      </button>
    </div>
  );
}

/** Why the office would not take a decision, in words. */
export function whyNotText(view: JobView | null, code: string): string {
  if (code === 'blobs_missing' && view !== null) {
    const blobs = Object.values(view.detail.blobs);
    return decide('why_blobs_missing', { n: blobs.filter((blob) => !blob.verified).length, all: blobs.length });
  }
  return whyNot.has(code) ? whyNot(code) : decide('why_other', { code });
}
