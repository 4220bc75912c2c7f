/** What came of a rescue file: in all, and job by job. */
import type { Rescued, RescuedJob } from '../../../state/console/rescue';
import { moment } from '../../i18n/format';
import { Chip, Notice } from '../../parts/notice';
import { jobAddress, QUARANTINE } from '../route';
import { anomalyWords } from '../words-anomalies';
import { say } from './words';

export function Outcome({ name, taken }: { readonly name: string; readonly taken: Rescued }) {
  const { events, blobs, jobs, phone } = taken;
  const fresh = events.came_in + blobs.came_in > 0;
  const time = taken.made_at === null ? '–' : moment(taken.made_at);
  const aside = jobs.some(({ job_id }) => job_id === null) || blobs.nameless > 0;
  return (
    <div class="stack" data-testid="rescue-outcome">
      <Notice tone="ok" title={say(fresh ? 'done' : 'done_nothing', { name })} alert>
        <p class="figures">{say('counts', { came_in: events.came_in, blobs: blobs.came_in, known: events.known + blobs.known })}</p>
        <p>{phone ? say('from', { label: phone.label, user: phone.user_name, time }) : say('from_unknown', { time })}</p>
      </Notice>
      {blobs.damaged > 0 && <Notice tone="warn" title={say('damaged', { n: blobs.damaged })} />}
      {blobs.nameless > 0 && <Notice tone="warn" title={say('nameless', { n: blobs.nameless })} />}
      {jobs.length > 0 && (
        <section>
          <h2>{say('jobs')}</h2>
          <ul class="rescued">
            {jobs.map((job, at) => <JobRow key={job.job_id ?? at} job={job} />)}
          </ul>
        </section>
      )}
      {aside && <p><a href={QUARANTINE}>{say('set_aside')}</a></p>}
    </div>
  );
}

function JobRow({ job }: { readonly job: RescuedJob }) {
  return (
    <li data-testid="rescued-job">
      <div class="row apart">
        <strong>{job.job_id === null ? say('no_job') : [job.customer_name, job.order_ref].filter(Boolean).join(' · ')}</strong>
        {job.job_id !== null && <a class="button plain" href={jobAddress(job.job_id)}>{say('open')}</a>}
      </div>
      <p class="row">
        {job.came_in > 0 && <Chip tone="ok">{say('came_in', { n: job.came_in })}</Chip>}
        {job.known > 0 && <Chip icon="check">{say('known', { n: job.known })}</Chip>}
        {Object.entries(job.look).map(([flag, n]) => <Chip key={flag} tone="warn">{`${n} × ${anomalyWords(flag).title}`}</Chip>)}
        {job.blobs_missing > 0 && <Chip tone="wait">{say('still_missing', { n: job.blobs_missing })}</Chip>}
      </p>
    </li>
  );
}
