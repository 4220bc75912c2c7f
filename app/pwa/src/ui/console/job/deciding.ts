/** Turning what the supervisor said into a decision that waits, can be undone, and is then told to the office. */
import { approve, openJob, sendBack } from '../../../state/console/job';
import { commitNow, decide as wait } from '../../../state/console/pending';
import { refreshQueue } from '../../../state/console/queue';
import type { JobDetail } from '../../../state/console/shapes';
import { toast } from '../../parts/toast';
import { approvalNote, draft, findingOf, takeDraft } from './draft';
import { decide } from './words-decision';

/** Sends the draft's finding after the time for undoing; false when something is lacking or it waits already. */
export function startSendBack(detail: JobDetail): boolean {
  const finding = findingOf(draft.peek());
  if (finding === null) return false;
  const { subject, putBack } = takeDraft();
  const taken = wait({
    job_id: detail.job_id,
    what: 'send_back',
    customer: detail.state.customer?.name ?? '',
    subject,
    restore: putBack,
    commit: async (lasting) => {
      await sendBack(detail.job_id, finding, lasting);
      toast(decide('sent_back_done'));
      await afterwards(detail.job_id);
    },
  });
  if (!taken) putBack();
  return taken;
}

export function startApprove(detail: JobDetail): boolean {
  if (!detail.may.approve) return false;
  const note = approvalNote.peek().trim();
  return wait({
    job_id: detail.job_id,
    what: 'approve',
    customer: detail.state.customer?.name ?? '',
    subject: '',
    restore: () => undefined,
    commit: async (lasting) => {
      await approve(detail.job_id, detail.rev, note === '' ? null : note, lasting);
      toast(decide('approved_done'));
      await afterwards(detail.job_id);
    },
  });
}

/** A page that is left sends what waits. */
export function commitOnLeaving(): void {
  window.addEventListener('pagehide', commitNow);
}

async function afterwards(jobId: string): Promise<void> {
  if (location.pathname.endsWith(`/jobs/${jobId}`)) await openJob(jobId);
  await refreshQueue();
}
