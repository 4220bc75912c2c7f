/** The day: what is next, what waits, what is done, and whether each job can be done without a signal. */
import { useEffect, useState } from 'preact/hooks';
import { leftFrom } from '../../state/outside';
import { status, syncNow } from '../../state/sync-status';
import { recovered } from '../../state/app';
import { departed } from '../../state/held';
import { jobs, type JobView } from '../../state/jobs';
import { clockOff, officeNow } from '../../state/office-clock';
import { day, slotText } from '../i18n/format';
import { Button, RoundButton } from '../parts/button';
import { lazy } from '../parts/lazy';
import { Chip, Notice, type Tone } from '../parts/notice';
import { categoryIcon, Icon } from '../parts/icon';
import { Frame } from './frame';
import { byDay } from './day';
import { depart } from './visit';
import { address, go } from './route';
import { countOf, toBringBack, toLoad } from './van';
import { isDone } from './work';
import { say } from './words';

const NotArrived = lazy(async () => (await import('./not-arrived')).NotArrived);
const ClockNotice = lazy(async () => (await import('./clock-notice')).ClockNotice);
const DepartedJobs = lazy(async () => (await import('./departed')).Departed);

export function Today() {
  const [outside, setOutside] = useState(false);
  useEffect(() => void leftFrom().then((left) => setOutside(left !== null)), []);
  const now = officeNow();
  const groups = byDay(jobs.value, now);
  const today = groups.find((group) => group.name === 'today')?.views ?? [];
  const done = today.filter((view) => isDone(view.state)).length;
  return (
    <Frame
      home
      testid="today"
      title={day(now)}
      under={today.length > 0 ? <span data-testid="done-count">{say('done_of', { done, all: today.length })}</span> : say('app')}
      aside={<RoundButton icon="settings" label={say('settings')} testid="open-settings" onTap={() => go(address('settings'))} />}
    >
      {recovered.value && <Notice tone="warn" title={say('recovered', { events: recovered.value.events, blobs: recovered.value.blobs })} />}
      {outside && <NotArrived />}
      {clockOff.value !== 0 && <ClockNotice />}
      {departed.value.length > 0 && <DepartedJobs />}
      <VanCard today={today} />
      {jobs.value.length === 0 && (
        <div class="card stack" data-testid="no-jobs">
          <h2>{say('no_jobs')}</h2>
          <p>{say('no_jobs_text')}</p>
          <Button icon="refresh-cw" onTap={syncNow} wide>
            {say('get_jobs')}
          </Button>
        </div>
      )}
      {groups.map(({ name, views }) => (
        <section class="stack tight" key={name} aria-label={say(name)}>
          {groups.length > 1 && <h2>{say(name)}</h2>}
          <ul class="stack tight">
            {views.map((view) => (
              <JobCard key={view.job_id} view={view} isNext={view === nextOf(today)} />
            ))}
          </ul>
        </section>
      ))}
      <a class="button link start" href={address('check')} data-testid="open-check">
        <Icon name="list-checks" />
        {say('check_day')}
      </a>
    </Frame>
  );
}

/** In the morning what goes into the van, in the evening what comes out of it. */
function VanCard({ today }: { readonly today: readonly JobView[] }) {
  const { loaded, all } = countOf(toLoad(today));
  const begun = today.some(({ state }) => state.stage !== 'planned' && state.stage !== 'dispatched');
  const over = today.length > 0 && today.every(({ state }) => isDone(state));
  if (over || toBringBack(jobs.value).length > 0) {
    return (
      <a class="card row apart" href={address('end')} data-testid="open-end">
        <strong>{say('end_of_day')}</strong>
        <Icon name="chevron-right" />
      </a>
    );
  }
  if (all === 0 || (begun && loaded === all)) return null;
  return (
    <a class="card row apart" href={address('load')} data-testid="open-load">
      <span class="grow">
        <strong class="block">{say('load_van')}</strong>
        <span class="quiet figures">{say('load_van_count', { loaded, all })}</span>
      </span>
      <Icon name={loaded === all ? 'circle-check' : 'truck'} class={loaded === all ? 'ok' : ''} />
    </a>
  );
}

function JobCard({ view, isNext }: { readonly view: JobView; readonly isNext: boolean }) {
  const { state } = view;
  const before = state.stage === 'planned' || state.stage === 'dispatched';
  return (
    <li class={`card job-card ${isNext ? 'next' : ''} ${isDone(state) ? 'done' : ''}`} data-testid="job-card" data-job={view.job_id} data-stage={state.stage}>
      <a class="job-card-link" href={address('job', view.job_id)}>
        <span class="row apart">
          <span class="figures slot">{slotWords(view)}</span>
          <StageChip view={view} isNext={isNext} />
        </span>
        <strong class="job-card-name">{state.customer?.name}</strong>
        <span class="quiet">{[...(state.address?.lines ?? []), state.address?.city].filter(Boolean).join(', ')}</span>
        <span class="row units-line">
          {state.units.map((unit) => (
            <span class="row unit-word" key={unit.unit_id}>
              <Icon name={categoryIcon(unit.category)} />
              {unit.name}
            </span>
          ))}
        </span>
        <Readiness view={view} />
      </a>
      {isNext && (
        <Button kind="primary" icon={before ? 'truck' : 'chevron-right'} testid={before ? 'on-my-way' : 'continue'} onTap={() => begin(view, before)}>
          {say(before ? 'on_my_way' : 'continue_job')}
        </Button>
      )}
    </li>
  );
}

/** "09–11"; with its day when that is not today, as for work that was left over. */
function slotWords({ state: { slot } }: JobView): string {
  const other = slot !== null && new Date(slot.from).toDateString() !== officeNow().toDateString();
  return [other ? day(slot.from) : '', slotText(slot)].filter(Boolean).join(' · ');
}

async function begin(view: JobView, before: boolean): Promise<void> {
  if (before && !(await depart(view))) return;
  go(address('job', view.job_id));
}

const STAGE_TONES: Readonly<Record<string, Tone>> = {
  on_the_way: 'wait',
  on_site: 'wait',
  finished: 'ok',
  approved: 'ok',
  sealed: 'ok',
  failed: 'warn',
  returned: 'warn',
  cancelled: 'stop',
};

export function StageChip({ view, isNext = false }: { readonly view: JobView; readonly isNext?: boolean }) {
  const { stage } = view.state;
  const tone = STAGE_TONES[stage];
  if (isNext && !tone) return <Chip icon="clock">{say('now')}</Chip>;
  return (
    <Chip {...(tone && { tone })} {...(stage === 'on_the_way' && { icon: 'truck' })} {...(stage === 'on_site' && { icon: 'house' })} {...(stage === 'returned' && { icon: 'rotate-ccw' })} testid="stage">
      {say(`stage_${stage}`)}
    </Chip>
  );
}

/** Before the work: can it be done without a signal? After it: has the office got it? */
export function Readiness({ view }: { readonly view: JobView }) {
  const { items } = view;
  if (items.total > 0) {
    const all = items.delivered === items.total;
    return (
      <span class={`mark ${all ? 'ok' : 'wait'}`} data-testid="job-delivered">
        <Icon name={all ? 'circle-check' : 'smartphone'} />
        <span class="figures">{say('delivered_part', items)}</span>
      </span>
    );
  }
  if (view.offline_ready) {
    return (
      <span class="mark ok" data-testid="ready">
        <Icon name="circle-check" />
        {say('ready')}
      </span>
    );
  }
  const why = view.not_ready_why;
  if (why.every((one) => one === 'looking')) {
    return (
      <span class="mark quiet" data-testid="not-ready">
        <Icon name="clock" />
        {say('ready_looking')}
      </span>
    );
  }
  return (
    <span class="mark warn" data-testid="not-ready">
      <Icon name="triangle-alert" />
      {say(why.includes('standard') ? 'not_ready_standard' : 'not_ready_app')}
      {status.value.online === false && ` · ${say('no_connection')}`}
    </span>
  );
}

/** The job at hand: the one under way, else one that was sent back, else the first that is not done. */
function nextOf(views: readonly JobView[]): JobView | undefined {
  const under = views.find(({ state }) => state.stage === 'on_the_way' || state.stage === 'on_site');
  return under ?? views.find(({ state }) => state.stage === 'returned') ?? views.find(({ state }) => !isDone(state));
}
