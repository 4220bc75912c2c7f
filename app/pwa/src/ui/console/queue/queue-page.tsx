/** The review queue: what to judge next, worked by keyboard, refreshed without jumping. */
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  markedAfter,
  moreOfQueue,
  neighbour,
  queue,
  queueFailure,
  queueTurning,
  refreshQueue,
  wanted,
  type Shown,
} from '../../../state/console/queue';
import { clock } from '../../i18n/format';
import { Button, RoundButton } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { ageOf, ageText } from '../age';
import type { Command } from '../keys';
import { go } from '../navigation';
import { AlertNotes } from '../phones/alert-notes';
import { jobAddress, NEW_ORDER } from '../route';
import { now_ms } from '../ticking';
import { TroubleNotice } from '../trouble';
import { useKeys } from '../use-keys';
import { words } from '../words';
import { Row } from './row';
import { SearchField, StationChoice, Tabs, useWantedFromAddress } from './tools';
import { useFreshQueue } from './use-queue';
import { say } from './words';

export function QueuePage() {
  useWantedFromAddress();
  useFreshQueue();
  const shown = queue.value;
  const rows = shown?.rows ?? [];
  const [marked, mark] = useMarked(rows.map((row) => row.job_id));
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
  });

  useKeys('queue', (command: Command) => {
    if (command.do === 'search') {
      field.current?.focus();
      field.current?.select();
      return true;
    }
    if (command.do === 'open' && marked !== null) {
      go(jobAddress(marked));
      return true;
    }
    if (command.do === 'next_job' || command.do === 'previous_job') {
      mark(neighbour(rows.map((row) => row.job_id), marked, command.do === 'next_job' ? 1 : -1));
      return true;
    }
    return false;
  });

  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <h1>{say('title')}</h1>
        <Freshness shown={shown} />
      </div>
      <AlertNotes link />
      <div class="queue-tools">
        <Tabs shown={shown} />
        <div class="queue-filters">
          <StationChoice />
          <SearchField field={field} />
        </div>
      </div>
      {queueFailure.value !== null && shown === null && <TroubleNotice error={queueFailure.value} onRetry={refreshQueue} />}
      {shown === null && queueFailure.value === null && <div class="skeleton" aria-busy="true">{words('loading')}</div>}
      {shown !== null && (
        <section aria-busy={queueTurning.value} class={queueTurning.value ? 'turning' : ''}>
          <p class="unseen" role="status" data-testid="queue-status">
            {shown.next === null ? say('count', { n: rows.length }) : say('count_more', { n: rows.length })}
          </p>
          {rows.length === 0 ? (
            <Empty />
          ) : (
            <>
              <div class="job-head" aria-hidden="true">
                <span>{say('head_customer')}</span>
                <span>{say('head_units')}</span>
                <span>{say('head_notice')}</span>
                <span>{say('head_photos')}</span>
                <span>{say('head_state')}</span>
                <span>{say('head_age')}</span>
              </div>
              <ul class="job-rows" data-testid="queue">
                {rows.map((row) => <Row key={row.job_id} row={row} marked={row.job_id === marked} />)}
              </ul>
            </>
          )}
          {shown.next !== null && (
            <div class="more">
              <Button testid="queue-more" onTap={moreOfQueue}>{say('more')}</Button>
            </div>
          )}
        </section>
      )}
    </main>
  );
}

function Freshness({ shown }: { readonly shown: Shown | null }) {
  if (shown === null) return null;
  const loaded = new Date(shown.loaded_at_ms).toISOString();
  const age = ageText(loaded, now_ms.value);
  const old = ageOf(loaded, now_ms.value).measure !== 'now';
  if (queueFailure.value !== null) {
    return <p class="small warn freshness" role="status" data-testid="freshness"><Icon name="triangle-alert" /> {say('stale', { time: clock(shown.loaded_at_ms) })}</p>;
  }
  return (
    <p class="small quiet freshness">
      <span data-testid="freshness">{old ? say('refreshed', { age }) : say('refreshed_now')}</span>
      <RoundButton icon="refresh-cw" label={say('refresh')} testid="refresh" onTap={refreshQueue} />
    </p>
  );
}

function Empty() {
  const { tab, q } = wanted.value;
  return (
    <div class="empty" data-testid="queue-empty">
      <Icon name={q === '' ? 'circle-check' : 'search'} />
      <h2>{q === '' ? say(`empty_${tab}`) : say('empty_search', { q })}</h2>
      <p class="quiet">{q === '' ? say(`empty_${tab}_text`) : say('empty_search_text')}</p>
      {tab === 'all' && q === '' && <a class="button plain" href={NEW_ORDER}>{say('new_order')}</a>}
    </div>
  );
}

/** The marked row, which follows its job through refreshes. */
function useMarked(ids: readonly string[]): [string | null, (id: string | null) => void] {
  const [marked, setMarked] = useState<string | null>(null);
  const before = useRef<readonly string[]>([]);
  const followed = markedAfter(before.current, ids, marked);
  useEffect(() => {
    before.current = ids;
    if (followed !== marked) setMarked(followed);
  });
  useEffect(() => {
    if (followed === null) return;
    const link = document.querySelector<HTMLElement>(`[data-job-link="${CSS.escape(followed)}"]`);
    link?.focus({ preventScroll: true });
    link?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  return [followed, setMarked];
}
