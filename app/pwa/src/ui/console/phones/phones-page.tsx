/** All phones, those that need a look most first. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { phonesPage, refreshAlerts, SHOWS, type Phone, type PhonePage, type Show } from '../../../state/console/phones';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { restate, search } from '../navigation';
import { RESCUE } from '../route';
import { RevokeSheet } from '../people/revoke-sheet';
import { TroubleNotice } from '../trouble';
import { useKeys } from '../use-keys';
import { words } from '../words';
import { AlertNotes } from './alert-notes';
import { PhoneRow } from './phone-row';
import { say } from './words';

const REFRESH_MS = 20_000;
const TYPING_MS = 250;
const ROWS_MAX_REFRESHED = 200;

export function PhonesPage() {
  const show: Show = search.value.get('show') === 'all' ? 'all' : 'look';
  const q = search.value.get('q') ?? '';
  const [page, refresh, more, failure] = usePhones(show, q);
  const [revoking, setRevoking] = useState<Phone | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
  });
  useKeys('elsewhere', (command) => {
    if (command.do === 'search') field.current?.focus();
    return command.do === 'search';
  });
  const turn = (members: { show?: Show; q?: string }): void => {
    const next = { show, q, ...members };
    restate({ show: next.show === 'all' ? 'all' : null, q: next.q.trim() || null });
  };
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>{say('title')}</h1>
          <p class="quiet small">{say('lead')}</p>
        </div>
        <a class="button plain" href={RESCUE} data-testid="to-rescue"><Icon name="package" /> {say('rescue')}</a>
      </div>
      <AlertNotes />
      <div class="queue-tools">
        <nav class="tabs" aria-label={say('tabs')}>
          {SHOWS.map((name) => (
            <button type="button" key={name} aria-current={show === name ? 'true' : undefined} data-testid={`phones-${name}`} onClick={() => turn({ show: name })}>
              {say(`tab_${name}`)}
              {page && <b class="count">{page.counts[name]}</b>}
            </button>
          ))}
        </nav>
        <Search q={q} field={field} onSearch={(text) => turn({ q: text })} />
      </div>
      {failure !== null && page === null && <TroubleNotice error={failure} onRetry={refresh} />}
      {page === null && failure === null && <div class="skeleton" aria-busy="true">{words('loading')}</div>}
      {page !== null && (
        <>
          <p class="unseen" role="status">{say('count', { n: page.devices.length })}</p>
          {page.devices.length === 0 && <Empty show={show} q={q} />}
          {page.devices.length > 0 && (
            <ul class="phone-rows" data-testid="phones">
              {page.devices.map((phone) => <PhoneRow key={phone.device_id} phone={phone} onChanged={refresh} onRevoke={setRevoking} />)}
            </ul>
          )}
          {page.next !== null && <div class="more"><Button testid="phones-more" onTap={more}>{say('more')}</Button></div>}
        </>
      )}
      {revoking && <RevokeSheet phone={revoking} onClose={() => { setRevoking(null); void refresh(); void refreshAlerts(); }} />}
    </main>
  );
}

function Search({ q, field, onSearch }: {
  readonly q: string;
  readonly field: { current: HTMLInputElement | null };
  readonly onSearch: (text: string) => void;
}) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={field}
        class="input"
        type="search"
        defaultValue={q}
        placeholder={say('search')}
        aria-label={say('search_label')}
        aria-keyshortcuts="/"
        maxLength={80}
        data-testid="phones-search"
        onInput={(event) => {
          const text = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onSearch(text), TYPING_MS);
        }}
      />
    </div>
  );
}

function Empty({ show, q }: { readonly show: Show; readonly q: string }) {
  return (
    <div class="empty" data-testid="phones-empty">
      <Icon name={q === '' ? 'circle-check' : 'search'} />
      <h2>{q === '' ? say(`empty_${show}`) : say('empty_search', { q })}</h2>
      <p class="quiet">{q === '' ? say(`empty_${show}_text`) : say('empty_search_text')}</p>
    </div>
  );
}

/** The list, asked for again every 20 s with as many rows as are shown. A later question makes an earlier one's answer void. */
function usePhones(show: Show, q: string): [PhonePage | null, () => Promise<void>, () => Promise<void>, unknown] {
  const [page, setPage] = useState<PhonePage | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const turn = useRef(0);
  const rows = useRef(0);
  const ask = async (cursor: string | null, before: readonly Phone[]): Promise<void> => {
    const mine = ++turn.current;
    try {
      const limit = cursor === null ? Math.min(Math.max(rows.current, 50), ROWS_MAX_REFRESHED) : 50;
      const answer = await phonesPage(show, q, cursor, limit);
      if (mine !== turn.current) return;
      const known = new Set(before.map((phone) => phone.device_id));
      const devices = [...before, ...answer.devices.filter((phone) => !known.has(phone.device_id))];
      rows.current = devices.length;
      setPage({ ...answer, devices });
      setFailure(null);
    } catch (error) {
      if (mine === turn.current) setFailure(error);
    }
  };
  const refresh = (): Promise<void> => ask(null, []);
  useEffect(() => {
    rows.current = 0;
    void refresh();
    const timer = setInterval(() => document.visibilityState === 'visible' && rows.current <= ROWS_MAX_REFRESHED && void refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [show, q]);
  const more = async (): Promise<void> => {
    if (page?.next) await ask(page.next, page.devices);
  };
  return [page, refresh, more, failure];
}
