/** What phones sent that could not be folded: raw, with its reason, for somebody to look at. */
import { useEffect, useState } from 'preact/hooks';
import { lostJobs, markSeen, refreshAlerts, setAsidePage, type LostJob, type SetAside, type SetAsidePage } from '../../../state/console/phones';
import { session } from '../../../state/console/session';
import { moment } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Chip } from '../../parts/notice';
import { toast } from '../../parts/toast';
import { jobAddress, PHONES } from '../route';
import { troubleOf, TroubleNotice } from '../trouble';
import { words } from '../words';
import { anomalyWords } from '../words-anomalies';
import { LostJobs } from './lost-jobs';
import { say } from './words';

export function QuarantinePage() {
  const [page, setPage] = useState<SetAsidePage | null>(null);
  const [lost, setLost] = useState<readonly LostJob[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const ask = async (cursor: string | null): Promise<void> => {
    try {
      if (cursor === null) setLost(await lostJobs());
      const answer = await setAsidePage(cursor);
      setPage({ ...answer, events: cursor === null ? answer.events : [...(page?.events ?? []), ...answer.events] });
      setFailure(null);
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => {
    document.title = `${say('aside_title')} · ${words('app')}`;
    void ask(null);
  }, []);
  const events = page?.events ?? [];
  const see = async (event: SetAside): Promise<void> => {
    try {
      await markSeen(event.device_id, event.received_at);
      toast(say('aside_seen_done'));
      void refreshAlerts();
      await ask(null);
    } catch (error) {
      toast(troubleOf(error).title);
    }
  };
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <div>
          <p><a href={PHONES} class="back"><Icon name="chevron-left" /> {say('aside_back')}</a></p>
          <h1>{say('aside_title')}</h1>
          <p class="quiet small">{say('aside_lead')}</p>
        </div>
      </div>
      {failure !== null && page === null && <TroubleNotice error={failure} onRetry={() => ask(null)} />}
      {page === null && failure === null && <div class="skeleton" aria-busy="true">{words('loading')}</div>}
      {page !== null && events.length === 0 && (
        <div class="empty" data-testid="aside-empty">
          <Icon name="circle-check" />
          <h2>{say('aside_empty')}</h2>
          <p class="quiet">{say('aside_empty_text')}</p>
        </div>
      )}
      <LostJobs jobs={lost} />
      {lost.length > 0 && <h2>{say('aside_each')}</h2>}
      <ul class="asides" data-testid="asides">
        {events.map((event, place) => (
          <Aside
            key={event.hash}
            event={event}
            isNewest={!event.seen && events.findIndex((one) => one.device_id === event.device_id) === place}
            onSeen={see}
          />
        ))}
      </ul>
      {page?.next && <div class="more"><Button testid="aside-more" onTap={() => ask(page.next)}>{say('more')}</Button></div>}
    </main>
  );
}

function Aside({ event, isNewest, onSeen }: {
  readonly event: SetAside;
  /** The newest of its phone: looking at it is looking at all before it. */
  readonly isNewest: boolean;
  readonly onSeen: (event: SetAside) => Promise<void>;
}) {
  const { title, text } = anomalyWords(event.reason);
  const may = ['supervisor', 'admin'].includes(session.value?.user.role ?? '');
  return (
    <li class="card aside" data-testid="aside" data-hash={event.hash}>
      <div class="row apart">
        <div>
          <Chip tone={event.seen ? 'wait' : 'warn'} icon={event.seen ? 'check' : 'triangle-alert'}>{title}</Chip>
          {event.seen && <span class="small quiet"> {say('aside_seen')}</span>}
        </div>
        {isNewest && may && <Button icon="check" testid="aside-seen" onTap={() => onSeen(event)}>{say('aside_seen_go')}</Button>}
      </div>
      <p class="small">{text}</p>
      <p class="small quiet">
        {[event.user?.name ?? say('aside_nobody'), event.label, moment(event.received_at), say('aside_place', { epoch: event.epoch, seq: event.seq }), event.kind].filter(Boolean).join(' · ')}
        {event.job_id !== null && event.reason !== 'unknown_job' && <> · <a href={jobAddress(event.job_id)}>{say('aside_job')}</a></>}
      </p>
      <details>
        <summary class="small">{say('aside_raw')} · {say('aside_bytes', { n: event.bytes })}</summary>
        <pre class="raw" tabIndex={0}>{event.text}</pre>
        {event.text.length < event.bytes && event.text.length >= 4_000 && <p class="small quiet">{say('aside_cut')}</p>}
      </details>
    </li>
  );
}
