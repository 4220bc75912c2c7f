/** One job: who and where, what was sent back, how far the work is, and one big button that says what comes next. */
import { openFindings } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { pick } from '../i18n/catalogue';
import { clock, day, slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Chip, Notice } from '../parts/notice';
import { arrive, farAway, mapLink } from './arrival';
import { colleague, CrewLine, useCompany } from './crew';
import { reasonsOf } from './failure-reasons';
import { byWhom, FindingCard } from './finding-card';
import { Frame } from './frame';
import { PhasePlan, StepList, UnitList } from './job-parts';
import { address, go } from './route';
import { ItemMark } from './sync-bar';
import { StageChip } from './today';
import { useJob } from './use';
import { depart } from './visit';
import { isDone, nextAction, placeOf, placeOfFinding, visitNow } from './work';
import { say } from './words';
import { sayJob } from './words-job';

export function Job({ jobId }: { readonly jobId: string }) {
  const view = useJob(jobId);
  useCompany(view);
  if (!view) return <NoJob />;
  const { state } = view;
  return (
    <Frame testid="job" title={state.customer?.name ?? ''} under={<Under view={view} />} actions={<Next view={view} />}>
      <StateNotice view={view} />
      <FarAway view={view} />
      <VisitBefore view={view} />
      {openFindings(state).map((finding) => (
        <FindingCard key={finding.finding_id} view={view} finding={finding} />
      ))}
      <Contact view={view} />
      {view.steps.length > 0 && <PhasePlan view={view} />}
      <UnitList view={view} />
      <StepList view={view} />
      <Notes view={view} />
      <div class="stack tight">
        <Button icon="message-square" wide testid="add-note" onTap={() => go(address('note', jobId))}>
          {sayJob('add_note')}
        </Button>
        {['planned', 'dispatched', 'on_the_way', 'on_site'].includes(state.stage) && (
          <Button kind="link" icon="ban" wide testid="fail-visit" onTap={() => go(address('fail', jobId))}>
            {sayJob('fail_visit')}
          </Button>
        )}
      </div>
    </Frame>
  );
}

export function NoJob() {
  return (
    <Frame testid="no-job" title={say('app')}>
      <Notice tone="wait" title={sayJob('not_here')} />
      <Button kind="primary" onTap={() => go(address('today'), 'replace')}>
        {say('to_today')}
      </Button>
    </Frame>
  );
}

function Under({ view }: { readonly view: JobView }) {
  return (
    <span class="row">
      <span class="figures">{slotText(view.state.slot)}</span>
      <StageChip view={view} />
    </span>
  );
}

function Next({ view }: { readonly view: JobView }) {
  const next = nextAction(view);
  const jobId = view.job_id;
  switch (next.does) {
    case 'depart':
      return <Button kind="primary" icon="truck" testid="next" onTap={() => depart(view)}>{say('on_my_way')}</Button>;
    case 'arrive':
      return <Button kind="primary" icon="map-pin" testid="next" onTap={() => arrive(view)}>{sayJob('arrive')}</Button>;
    case 'step':
      return (
        <Button kind="primary" testid="next" onTap={() => go(placeOf(jobId, next.step))}>
          {say('next', { what: pick(next.step.rule.title) })}
        </Button>
      );
    case 'finding':
      return (
        <Button kind="primary" icon="rotate-ccw" testid="next" onTap={() => go(placeOfFinding(view, next.finding))}>
          {sayJob(next.finding.photo_id === null ? 'answer_again' : 'take_again')}
        </Button>
      );
    case 'sign':
      return <Button kind="primary" icon="signature" testid="next" onTap={() => go(address('sign', jobId))}>{sayJob('sign_now')}</Button>;
    case 'finish':
      return <Button kind="primary" icon="check" testid="next" onTap={() => go(address('finish', jobId))}>{sayJob('finish_visit')}</Button>;
    case 'nothing':
      return <Button kind="primary" icon="house" testid="next" onTap={() => go(address('today'))}>{say('to_today')}</Button>;
  }
}

function StateNotice({ view }: { readonly view: JobView }) {
  const { state, items } = view;
  const sent = items.delivered === items.total;
  return (
    <>
      {view.update_needed && <Notice tone="warn" title={sayJob('update_needed')} />}
      {state.stage === 'cancelled' && <Notice tone="stop" title={sayJob('cancelled_text', { reason: state.cancelled?.reason ?? '' })} />}
      {state.stage === 'failed' && <Notice tone="warn" title={sayJob('failed_here')} />}
      {(state.stage === 'approved' || state.stage === 'sealed') && <Notice tone="ok" title={sayJob('approved_text')} />}
      {state.stage === 'finished' && (
        <Notice tone={sent ? 'ok' : 'wait'} title={sayJob(sent ? 'finished_sent' : 'finished_here')} testid="finished">
          {!sent && <span class="figures">{say('delivered_part', items)}</span>}
        </Notice>
      )}
      {state.answers.some((answer) => answer.current && answer.conflict) && <Notice tone="warn" title={sayJob('conflict')} />}
    </>
  );
}

/** A wrong house costs an hour; a wrong position costs nothing. So it is said, and nothing stops. */
function FarAway({ view }: { readonly view: JobView }) {
  const far = farAway.value;
  if (far?.job_id !== view.job_id || view.state.stage !== 'on_site') return null;
  return (
    <Notice tone="warn" icon="map-pin" title={sayJob('far_away', { km: Math.max(1, Math.round(far.metres / 1000)) })} testid="far-away">
      <p>{sayJob('far_away_text')}</p>
    </Notice>
  );
}

/** What a crew that comes again has to know of the time before. */
function VisitBefore({ view: { state, standards } }: { readonly view: JobView }) {
  const before = state.visits.at(-2);
  if (!before?.ended || isDone(state)) return null;
  const { rev } = before.ended;
  const again = state.issues.findLast((issue) => issue.code === 'second_visit' && issue.rev <= rev);
  const reason = reasonsOf({ standards }).find((one) => one.reason === before.reason);
  return (
    <Notice tone="warn" icon="rotate-ccw" title={sayJob('visit_before', { day: day(before.ended.at), why: pick(reason?.title) || sayJob('visit_before_partial') })} testid="visit-before">
      {before.note && <p>{before.note}</p>}
      {again?.note && <p>{again.note}</p>}
    </Notice>
  );
}

function Contact({ view }: { readonly view: JobView }) {
  const { state } = view;
  const visit = visitNow(state);
  const place = state.address;
  const last = visit?.arrived ?? visit?.departed;
  const way = last && [sayJob(visit?.arrived ? 'arrived_at' : 'departed_at', { time: clock(last.at) }), colleague(view, last.actor)].filter(Boolean).join(' · ');
  return (
    <section class="card stack tight">
      {place && <p>{[...place.lines, place.city, place.postcode].filter(Boolean).join(', ')}</p>}
      {place?.access && (
        <p>
          <span class="label">{sayJob('access')}: </span>
          {place.access}
        </p>
      )}
      {state.note && (
        <p>
          <span class="label">{sayJob('order_note')}: </span>
          {state.note}
        </p>
      )}
      <CrewLine view={view} />
      <div class="row">
        {state.services.map((service) => (
          <Chip key={service}>{sayJob.has(`service_${service}`) ? sayJob(`service_${service}` as 'service_deliver') : service}</Chip>
        ))}
        {way && <Chip tone="wait" icon={visit?.arrived ? 'map-pin' : 'truck'}>{way}</Chip>}
      </div>
      <div class="row">
        {state.customer && (
          <a class="button grow" href={`tel:${state.customer.phone.replace(/[^+\d]/g, '')}`} data-testid="call">
            <Icon name="phone" />
            {sayJob('call')}
          </a>
        )}
        {place && (
          <a class="button grow" href={mapLink(place)} target="_blank" rel="noreferrer" data-testid="navigate">
            <Icon name="navigation" />
            {sayJob('navigate')}
          </a>
        )}
      </div>
    </section>
  );
}

function Notes({ view }: { readonly view: JobView }) {
  const { state } = view;
  const lines = [
    ...state.notes.map((note) => ({ ...note, problem: false })),
    ...state.issues.map((issue) => ({ ...issue, text: issue.note ?? issue.code, problem: true })),
  ].sort((one, other) => one.at.localeCompare(other.at));
  if (lines.length === 0) return null;
  return (
    <section class="stack tight">
      <h2>{sayJob('notes_written')}</h2>
      <ul class="stack tight">
        {lines.map((line) => (
          <li class="card stack tight" key={line.event_id} data-testid="note">
            {line.problem && <Chip tone="warn" icon="flag">{sayJob('issue')}</Chip>}
            <p>{line.text}</p>
            <div class="row apart small">
              <span class="quiet figures">{byWhom(view.people[line.actor], line.at)}</span>
              <ItemMark eventId={line.event_id} deviceId={line.device_id} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
