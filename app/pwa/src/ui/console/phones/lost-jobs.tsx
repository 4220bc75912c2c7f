/** Jobs that phones speak of and that the office lost with a restore: what is known of each, for somebody to carry over. */
import type { LostJob } from '../../../state/console/phones';
import { moment } from '../../i18n/format';
import { Icon } from '../../parts/icon';
import { Chip, Notice } from '../../parts/notice';
import { thumbAddress, viewAddress } from '../job/photo-frame';
import { jobAddress } from '../route';
import { stageWord } from '../words-trade';
import { say } from './words';

export function LostJobs({ jobs }: { readonly jobs: readonly LostJob[] }) {
  if (jobs.length === 0) return null;
  return (
    <section class="lost-jobs" data-testid="lost-jobs" aria-labelledby="lost-jobs-title">
      <h2 id="lost-jobs-title">{say('lost_title')}</h2>
      <Notice tone="warn" icon="triangle-alert" title={say('lost_what')}><p>{say('lost_do')}</p></Notice>
      <ul class="asides">
        {jobs.map((job) => <Lost key={job.job_id} job={job} />)}
      </ul>
    </section>
  );
}

function Lost({ job }: { readonly job: LostJob }) {
  const { statement, signoff } = job;
  const about = statement ? [statement.order_ref, ...statement.address, ...statement.units] : [];
  const [first, last] = [moment(job.first_at), moment(job.last_at)];
  const span = first === last ? first : say('lost_span', { first, last });
  return (
    <li class="card aside" data-testid="lost-job" data-job={job.job_id}>
      <div class="row apart">
        <h3>{statement?.customer ?? say('lost_nameless')}</h3>
        {job.again.length > 0 && <Chip tone="ok" icon="check">{say('lost_again')}</Chip>}
      </div>
      {statement ? <p class="small">{about.filter(Boolean).join(' · ')}</p> : <p class="small quiet">{say('lost_unsigned')}</p>}
      <p class="small quiet">{[job.people.join(', '), say('lost_facts', { n: job.facts }), span].filter(Boolean).join(' · ')}</p>
      {signoff && <p class="small">{say(`lost_signed_${signoff.outcome}`, { name: signoff.name ?? '', reason: signoff.reason ?? '' })}</p>}
      {job.blobs_missing > 0 && <p class="small"><Icon name="smartphone" /> {say('lost_missing', { n: job.blobs_missing })}</p>}
      {job.photos.length > 0 && <LostPhotos photos={job.photos} />}
      {job.again.map((one) => (
        <p class="small" key={one.job_id}>
          <a href={jobAddress(one.job_id)} data-testid="lost-job-again">{say('lost_go', { order: one.order_ref })}</a>
          <span class="quiet"> · {stageWord(one.stage)}</span>
        </p>
      ))}
    </li>
  );
}

function LostPhotos({ photos }: { readonly photos: readonly string[] }) {
  return (
    <ul class="lost-photos">
      {photos.map((sha256, place) => (
        <li key={sha256}>
          <a href={viewAddress(sha256)} target="_blank" rel="noopener">
            <img src={thumbAddress(sha256)} alt={say('lost_photo', { n: place + 1 })} loading="lazy" decoding="async" />
          </a>
        </li>
      ))}
    </ul>
  );
}
