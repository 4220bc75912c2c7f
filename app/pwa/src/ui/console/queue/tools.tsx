/** Which list: its tab, its station, what is searched for. All of it stands in the address. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { stations } from '../../../state/console/orders';
import { refreshQueue, TABS, wanted, type Shown, type Tab, type Wanted } from '../../../state/console/queue';
import { session } from '../../../state/console/session';
import type { Named } from '../../../state/console/shapes';
import { RoundButton } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { restate, search } from '../navigation';
import { queueMembers } from './address';
import { say } from './words';

const TYPING_MS = 250;

function turnList(members: Partial<Wanted>): void {
  restate(queueMembers({ ...wanted.peek(), ...members }));
}

/** The list is what the address says, so that it can be shared and survives a reload. */
export function useWantedFromAddress(): void {
  const tab = TABS.find((name) => name === search.value.get('tab')) ?? 'review';
  const q = search.value.get('q') ?? '';
  const station_id = search.value.get('station');
  useEffect(() => {
    const before = wanted.peek();
    if (before.tab === tab && before.q === q && before.station_id === station_id) return;
    wanted.value = { tab, q, station_id };
    void refreshQueue();
  }, [tab, q, station_id]);
}

/** A supervisor of a station sees that station's jobs unless another choice is made. */
export function StationChoice() {
  const [known, setKnown] = useState<readonly Named[]>([]);
  const who = session.value;
  const own = who?.user.role === 'supervisor' ? who.station : null;
  useEffect(() => {
    stations().then(setKnown, () => undefined); // Without the names the list still shows what it shows.
  }, []);
  if (known.length < 2) return null;
  const others = known.filter((station) => station.id !== own?.id);
  return (
    <select class="input" value={wanted.value.station_id ?? ''} aria-label={say('station')} data-testid="station-choice" onChange={(event) => turnList({ station_id: event.currentTarget.value || null })}>
      <option value="">{own?.name ?? say('every_station')}</option>
      {others.map((station) => <option key={station.id} value={station.id}>{station.name}</option>)}
      {own && <option value="all">{say('every_station')}</option>}
    </select>
  );
}

export function Tabs({ shown }: { readonly shown: Shown | null }) {
  const counts = shown?.counts;
  const counted: Readonly<Record<Tab, number | undefined>> = {
    review: counts?.review,
    waiting: counts?.waiting_for_blobs,
    returned: counts?.returned,
    all: undefined,
  };
  return (
    <nav class="tabs" aria-label={say('tabs')}>
      {TABS.map((tab) => (
        <button
          type="button"
          key={tab}
          aria-current={wanted.value.tab === tab ? 'true' : undefined}
          data-testid={`tab-${tab}`}
          onClick={() => turnList({ tab })}
        >
          {say(`tab_${tab}`)}
          {counted[tab] !== undefined && <b class="count">{counted[tab]}</b>}
        </button>
      ))}
    </nav>
  );
}

export function SearchField({ field }: { readonly field: { current: HTMLInputElement | null } }) {
  const [text, setText] = useState(wanted.value.q);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const apply = (q: string): void => turnList({ q: q.trim() });
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // The back button changes the list too.
    if (wanted.value.q !== text.trim()) setText(wanted.value.q);
  }, [wanted.value.q]);
  const write = (next: string): void => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(next), TYPING_MS);
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={field}
        class="input"
        type="search"
        value={text}
        placeholder={say('search')}
        aria-label={say('search_label')}
        aria-keyshortcuts="/"
        maxLength={80}
        data-testid="search"
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          event.preventDefault();
          if (event.key === 'Escape') setText('');
          clearTimeout(timer.current);
          apply(event.key === 'Escape' ? '' : text);
          event.currentTarget.blur();
        }}
      />
      {text === '' ? <kbd aria-hidden="true">/</kbd> : <RoundButton icon="x" label={say('search_clear')} onTap={() => write('')} />}
    </div>
  );
}
