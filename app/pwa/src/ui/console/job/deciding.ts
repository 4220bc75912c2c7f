/** Turning what the supervisor said into a decision that waits, can be undone, and is then told to the office. */
import { approve, openJob, sendBack } from '../../../state/console/job';
import { commitNow, decide as wait } from '../../../state/console/pending';
import { refreshQueue } from '../../../state/console/queue';
import type { JobDetail } from '../../../state/console/shapes';
import { toast } from '../../parts/toast';
import { approvalNote, draft, findingOf, startAnew } from './draft';
import { decide } from './words-decision';

/** Sends the draft's finding after the time for undoing; false when something is lacking. */
export function startSendBack(detail: JobDetail): boolean {
  const finding = findingOf(draft.peek());
  if (finding === null) return false;
  wait({
    job_id: detail.job_id,
    what: 'send_back',
    customer: detail.state.customer?.name ?? '',
    commit: async (lasting) => {
      await sendBack(detail.job_id, finding, lasting);
      toast(decide('sent_back_done'));
      await afterwards(detail.job_id);
    },
  });
  return true;
}

export function startApprove(detail: JobDetail): boolean {
  if (!detail.may.approve) return false;
  const note = approvalNote.peek().trim();
  wait({
    job_id: detail.job_id,
    what: 'approve',
    customer: detail.state.customer?.name ?? '',
    commit: async (lasting) => {
      await approve(detail.job_id, detail.rev, note === '' ? null : note, lasting);
      toast(decide('approved_done'));
      await afterwards(detail.job_id);
    },
  });
  return true;
}

/** A page that is left sends what waits. */
export function commitOnLeaving(): void {
  window.addEventListener('pagehide', commitNow);
}

async function afterwards(jobId: string): Promise<void> {
  if (location.pathname.endsWith(`/jobs/${jobId}`)) {
    startAnew();
    await openJob(jobId);
  }
  await refreshQueue();
}
