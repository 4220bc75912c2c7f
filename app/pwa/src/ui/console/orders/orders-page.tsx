/** The dispatcher's lists: what waits for a crew, what is with one, what a crew could not do. */
import { useEffect, useState } from 'preact/hooks';
import { jobsOfStage } from '../../../state/console/queue';
import type { Stage } from '../../../domain/job';
import type { JobRow } from '../../../state/console/shapes';
import { day, slotText } from '../../i18n/format';
import { Button } from '../../parts/button';
import { categoryIcon, Icon } from '../../parts/icon';
import { unitGroups } from '../queue/row';
import { jobAddress, labelsAddress, NEW_ORDER } from '../route';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { CancelSheet } from './cancel-sheet';
import { DispatchSheet, mayDispatch } from './dispatch-sheet';
import { say } from './words';

const REFRESH_MS = 20_000;

const DISPATCH_WORDS: Readonly<Partial<Record<Stage, 'dispatch' | 'dispatch_again'>>> = { planned: 'dispatch', failed: 'dispatch_again' };

interface List {
  readonly rows: readonly JobRow[];
  readonly next: string | null;
}

export function OrdersPage() {
  const planned = useList('planned');
  const dispatched = useList('dispatched');
  const failed = useList('failed');
  const [dispatching, setDispatching] = useState<JobRow | null>(null);
  const [cancelling, setCancelling] = useState<JobRow | null>(null);
  const refresh = (): void => {
    void planned.refresh();
    void dispatched.refresh();
    void failed.refresh();
  };
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
  });
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <h1>{say('title')}</h1>
        {mayDispatch() && <a class="button primary narrow" href={NEW_ORDER} data-testid="new-order"><Icon name="plus" /> {say('new_order')}</a>}
      </div>
      <Section title={say('planned')} empty={say('planned_none')} list={planned} testid="planned" onDispatch={setDispatching} onCancel={setCancelling} />
      <Section title={say('dispatched')} empty={say('dispatched_none')} list={dispatched} testid="dispatched" onDispatch={setDispatching} onCancel={setCancelling} />
      <Section title={say('failed')} empty={say('failed_none')} list={failed} testid="failed" onDispatch={setDispatching} onCancel={setCancelling} />
      {dispatching && <DispatchSheet row={dispatching} onClose={(done) => { setDispatching(null); if (done) refresh(); }} />}
      {cancelling && <CancelSheet row={cancelling} onClose={(done) => { setCancelling(null); if (done) refresh(); }} />}
    </main>
  );
}

type Listed = ReturnType<typeof useList>;

function Section({ title, empty, list, testid, onDispatch, onCancel }: {
  readonly title: string;
  readonly empty: string;
  readonly list: Listed;
  readonly testid: string;
  readonly onDispatch: (row: JobRow) => void;
  readonly onCancel: (row: JobRow) => void;
}) {
  const rows = list.shown?.rows ?? [];
  return (
    <section class="orders" data-testid={testid}>
      <h2>{title} {list.shown && <b class="count">{rows.length}{list.shown.next !== null && '+'}</b>}</h2>
      {list.failure !== null && list.shown === null && <TroubleNotice error={list.failure} onRetry={list.refresh} />}
      {list.shown === null && list.failure === null && <div class="skeleton" aria-busy="true" />}
      {list.shown !== null && rows.length === 0 && <p class="quiet card">{empty}</p>}
      {rows.length > 0 && (
        <ul class="order-rows">
          {rows.map((row) => <OrderRow key={row.job_id} row={row} onDispatch={onDispatch} onCancel={onCancel} />)}
        </ul>
      )}
      {list.shown?.next && <div class="more"><Button onTap={list.more}>{say('more')}</Button></div>}
    </section>
  );
}

function OrderRow({ row, onDispatch, onCancel }: {
  readonly row: JobRow;
  readonly onDispatch: (row: JobRow) => void;
  readonly onCancel: (row: JobRow) => void;
}) {
  return (
    <li class="order-row" data-testid="order-row" data-job={row.job_id}>
      <div class="cell who">
        <a href={jobAddress(row.job_id)}><strong>{row.customer_name}</strong></a>
        <span class="quiet small">{[row.city, say('order', { ref: row.order_ref })].filter(Boolean).join(' · ')}</span>
      </div>
      <div class="cell units">
        {unitGroups(row.units).map(({ name, category, n }) => <span class="unit-name" key={name}><Icon name={categoryIcon(category)} /><span>{n > 1 ? `${n} × ${name}` : name}</span></span>)}
      </div>
      <div class="cell figures">{row.slot ? `${day(row.slot.from)} ${slotText(row.slot)}` : <span class="quiet">{say('no_slot')}</span>}</div>
      <div class="cell">{row.crew.length > 0 ? row.crew.map((person) => person.name).join(', ') : <span class="quiet">{say('nobody')}</span>}
        {row.station && <span class="quiet small">{row.station.name}</span>}
      </div>
      <div class="cell actions">
        {mayDispatch() && <Button kind={row.stage === 'dispatched' ? 'link' : 'plain'} icon="truck" testid="dispatch" onTap={() => onDispatch(row)}>{say(DISPATCH_WORDS[row.stage] ?? 'redispatch')}</Button>}
        <a class="button link" href={labelsAddress(row.job_id)} target="_blank" rel="noopener"><Icon name="printer" /> {say('labels')}</a>
        {mayDispatch() && <Button kind="link" icon="ban" testid="cancel-job" onTap={() => onCancel(row)}>{say('cancel')}</Button>}
      </div>
    </li>
  );
}

/** A stage's jobs, refreshed every 20 s in place. */
function useList(stage: string): { shown: List | null; failure: unknown; refresh: () => Promise<void>; more: () => Promise<void> } {
  const [shown, setShown] = useState<List | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const refresh = async (): Promise<void> => {
    try {
      const page = await jobsOfStage(stage);
      setShown((before) => (before !== null && before.rows.length > page.jobs.length && before.next !== page.next ? before : { rows: page.jobs, next: page.next }));
      setFailure(null);
    } catch (error) {
      setFailure(error);
    }
  };
  const more = async (): Promise<void> => {
    if (shown?.next == null) return;
    const page = await jobsOfStage(stage, shown.next);
    setShown({ rows: [...shown.rows, ...page.jobs], next: page.next });
  };
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [stage]);
  return { shown, failure, refresh, more };
}
