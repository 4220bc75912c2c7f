/** Jobs that the office took from the day's list, and where what was recorded for them is. Shown until seen. */
import { departedJobs, seenDeparted } from '../../state/departed';
import { slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { saySend } from './words-send';

export function Departed() {
  return (
    <ul class="stack tight">
      {departedJobs.value.map((job) => (
        <li class="card stack tight" key={job.job_id} data-testid="departed" data-left={job.left}>
          <strong>{[slotText(job.slot), job.name].filter(Boolean).join(' · ')}</strong>
          <span>{saySend('departed')}</span>
          <span class={`mark ${job.left === 0 ? 'ok' : 'wait'}`}>
            <Icon name={job.left === 0 ? 'circle-check' : 'smartphone'} />
            {job.left === 0 ? saySend('departed_delivered') : saySend('departed_left', { n: job.left })}
          </span>
          <Button icon="check" testid="departed-seen" onTap={() => seenDeparted(job.job_id)}>
            {saySend('departed_seen')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
