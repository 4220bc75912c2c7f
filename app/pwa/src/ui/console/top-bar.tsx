/** Where one is, where one can go, and who one is. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { alertCount, alerts } from '../../state/console/phones';
import { queue } from '../../state/console/queue';
import { session, signOut } from '../../state/console/session';
import type { Session } from '../../state/console/shapes';
import { Button } from '../parts/button';
import { Icon, type IconName } from '../parts/icon';
import { toast } from '../parts/toast';
import { Choices } from './choices';
import { route } from './navigation';
import { say } from './phones/words';
import { CONFORMITY, ORDERS, PEOPLE, PHONES, QUEUE, STANDARDS, type Route } from './route';
import { words } from './words';

const PAGES: readonly { readonly to: string; readonly name: 'nav_review' | 'nav_orders' | 'nav_people' | 'nav_phones' | 'nav_standards' | 'nav_conformity'; readonly icon: IconName; readonly holds: readonly Route['page'][] }[] = [
  { to: QUEUE, name: 'nav_review', icon: 'shield-check', holds: ['queue', 'job', 'proof'] },
  { to: ORDERS, name: 'nav_orders', icon: 'package', holds: ['orders', 'new_order'] },
  { to: PEOPLE, name: 'nav_people', icon: 'user', holds: ['people'] },
  { to: PHONES, name: 'nav_phones', icon: 'smartphone', holds: ['phones', 'quarantine', 'rescue'] },
  { to: STANDARDS, name: 'nav_standards', icon: 'list-checks', holds: ['standards', 'standard', 'draft'] },
  { to: CONFORMITY, name: 'nav_conformity', icon: 'gauge', holds: ['conformity'] },
];

export function TopBar({ onKeys }: { readonly onKeys: () => void }) {
  const who = session.value;
  const waiting = queue.value?.counts.review;
  const calling = alertCount(alerts.value);
  const nav = useRef<HTMLElement>(null);
  const { page } = route.value;
  // On a narrow screen not all of them are in sight.
  useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [page]);
  return (
    <header class="top-bar">
      <a class="skip" href="#content">{words('to_content')}</a>
      <a class="brand" href={QUEUE} aria-label={`${words('app')} ${words('console')}`}>
        <Icon name="door-open" />
        <span>{words('app')}</span>
      </a>
      <nav aria-label={words('nav')} ref={nav}>
        {PAGES.map(({ to, name, icon, holds }) => (
          <a key={to} href={to} aria-current={holds.includes(page) ? 'page' : undefined} data-testid={name.replace('_', '-')}>
            <Icon name={icon} />
            <span>{words(name)}</span>
            {name === 'nav_review' && waiting !== undefined && waiting > 0 && <b class="count">{waiting}</b>}
            {name === 'nav_phones' && calling > 0 && (
              <b class="count warn" data-testid="phones-badge" aria-label={say('badge', { n: calling })}>{calling}</b>
            )}
          </a>
        ))}
      </nav>
      {who && <Account who={who} onKeys={onKeys} />}
    </header>
  );
}

function Account({ who, onKeys }: { readonly who: Session; readonly onKeys: () => void }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      setOpen(false);
      box.current?.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('keydown', escape, true);
    };
  }, [open]);
  return (
    <div class="account" ref={box}>
      <button
        type="button"
        class="account-button"
        aria-expanded={open}
        aria-label={`${words('signed_in_as', { name: who.user.name })}. ${words('menu')}`}
        data-testid="account"
        onClick={() => setOpen(!open)}
      >
        <Icon name="user" />
        <span>{who.user.name}</span>
        <Icon name="chevron-down" />
      </button>
      {open && (
        <div class="account-panel card stack" data-testid="account-panel">
          <div>
            <strong>{who.user.name}</strong>
            <p class="small quiet">{words(`role_${who.user.role}`)} · {who.station?.name ?? words('whole_tenant')}</p>
            <p class="small quiet">{who.tenant.name}</p>
          </div>
          <Choices />
          <div class="row">
            <Button icon="keyboard" testid="keys" onTap={() => { setOpen(false); onKeys(); }}>{words('keys')}</Button>
            <Button testid="sign-out" onTap={() => signOut().catch(() => toast(words('sign_out_failed')))}>{words('sign_out')}</Button>
          </div>
        </div>
      )}
    </div>
  );
}
