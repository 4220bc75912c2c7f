/** What stopped the last visit, that somebody has to come again, and the way to plan it. */
import { useState } from 'preact/hooks';
import type { JobState } from '../../../domain/job';
import { openJob } from '../../../state/console/job';
import { pick } from '../../i18n/catalogue';
import { Button } from '../../parts/button';
import { Notice } from '../../parts/notice';
import { DispatchSheet, mayDispatch } from '../orders/dispatch-sheet';
import { reasonTitle } from './evidence';
import { personName, type JobView } from './view';
import { say } from './words';

export function NextVisit({ view }: { readonly view: JobView }) {
  const { state, standards, job_id, station } = view.detail;
  const [planning, setPlanning] = useState(false);
  const last = state.visits.at(-1);
  const again = wantsAgain(state);
  const failed = last?.outcome === 'failed' ? last : null;
  if (!failed && !again) return null;
  const open = ['finished', 'failed', 'returned'].includes(state.stage);
  const crew = state.crew.map((id) => ({ id, name: personName(view, id) }));
  return (
    <Notice tone="warn" title={failed?.reason ? say('visit_failed', { reason: pick(reasonTitle(standards, failed.reason, null)) || failed.reason }) : say('again')} testid="next-visit">
      {failed?.note && <p>{failed.note}</p>}
      {again && (
        <p>
          {failed && <strong>{say('again')} </strong>}
          {again.note}
        </p>
      )}
      {open && mayDispatch() && (
        <Button icon="truck" testid="plan-again" onTap={() => setPlanning(true)}>
          {say('again_plan')}
        </Button>
      )}
      {planning && (
        <DispatchSheet
          row={{ job_id, customer_name: state.customer?.name ?? job_id, crew, station, slot: state.slot }}
          onClose={(done) => {
            setPlanning(false);
            if (done) void openJob(job_id);
          }}
        />
      )}
    </Notice>
  );
}

/** The crew's word that a second visit is needed, until another visit is planned. */
function wantsAgain({ issues, visits }: JobState): JobState['issues'][number] | null {
  const before = visits.at(-2)?.ended?.rev ?? 0;
  return (visits.at(-1)?.ended && issues.findLast(({ code, rev }) => code === 'second_visit' && rev > before)) || null;
}
