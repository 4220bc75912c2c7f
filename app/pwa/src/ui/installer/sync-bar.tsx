/** The one honest bar, and the marks that say where each item is. Being offline is not an error and does not look like one. */
import { identity } from '../../state/app';
import { status, type SyncStatus } from '../../state/sync-status';
import { eventItem, itemOf, type Item } from '../../state/items';
import { useMemo } from 'preact/hooks';
import { moment } from '../i18n/format';
import { Icon, type IconName } from '../parts/icon';
import type { Tone } from '../parts/notice';
import { address } from './route';
import { say } from './words';

export interface Line {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
}

/** What the bar says, in the order of what matters most. */
export function lineOf(now: SyncStatus): Line {
  const count = now.pending;
  if (now.kind === 'attention') return { tone: 'stop', icon: 'octagon-x', text: joined(say('attention_count', { n: now.attention }), say('phone_count', { n: count })) };
  if (now.kind === 'sending') return { tone: 'wait', icon: 'arrow-up', text: joined(say('sending_now'), say('phone_count', { n: count })) };
  const offline = now.online === false ? say('no_connection') : '';
  if (now.kind === 'delivered' || count === 0) {
    const all = now.last_ok_at ? say('all_delivered_at', { time: moment(now.last_ok_at) }) : say('all_delivered');
    return { tone: 'ok', icon: 'circle-check', text: joined(all, offline) };
  }
  const old = now.age !== 'fresh' && now.oldest_at !== null;
  const held = old ? say('phone_count_since', { n: count, time: moment(now.oldest_at ?? '') }) : say('phone_count', { n: count });
  const tone = now.age === 'red' ? 'stop' : now.age === 'amber' || now.copies === 1 ? 'warn' : 'wait';
  const icon = tone === 'wait' ? 'smartphone' : 'triangle-alert';
  return { tone, icon, text: joined(held, offline || say('will_send'), now.copies === 1 ? say('one_copy') : '') };
}

export function SyncBar() {
  const line = lineOf(status.value);
  return (
    <aside class="sync-place" aria-label={say('saving_state')}>
      <a class={`sync-bar ${line.tone}`} href={address('outbox')} data-testid="sync-bar" data-kind={status.value.kind}>
        <Icon name={line.icon} />
        <span class="figures">{line.text}</span>
        <Icon name="chevron-right" class="quiet" />
      </a>
    </aside>
  );
}

export function itemLine(item: Item): Line {
  switch (item.status) {
    case 'on_phone':
      return { tone: 'wait', icon: 'smartphone', text: joined(say('item_on_phone'), item.copies === 1 ? say('one_copy') : '') };
    case 'sending':
      return { tone: 'wait', icon: 'arrow-up', text: say('item_sending', { percent: item.percent }) };
    case 'delivered':
      return { tone: 'ok', icon: 'circle-check', text: say('item_delivered') };
    case 'review':
      return { tone: 'ok', icon: 'eye', text: say('item_review') };
    case 'attention':
      return { tone: 'stop', icon: 'octagon-x', text: say('item_attention') };
  }
}

/**
 * Where a photo or an event is on its way to the office: icon and words. What another phone recorded is not this
 * phone's to speak for: it came from the office.
 */
export function ItemMark({ sha256, eventId, deviceId }: { readonly sha256?: string; readonly eventId?: string; readonly deviceId: string }) {
  const item = useMemo(() => (sha256 !== undefined ? itemOf(sha256) : eventItem(eventId ?? '')), [sha256, eventId]).value;
  const elsewhere = deviceId !== identity.value?.device_id;
  const line: Line = elsewhere ? { tone: 'ok', icon: 'user', text: say('item_elsewhere') } : itemLine(item);
  return (
    <span class={`mark ${elsewhere ? 'quiet' : line.tone}`} data-testid="item-mark" data-status={elsewhere ? 'elsewhere' : item.status}>
      <Icon name={line.icon} />
      <span>{line.text}</span>
    </span>
  );
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
