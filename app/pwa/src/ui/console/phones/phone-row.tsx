/** One phone: whose it is, what it holds, how it is, why it needs a look. */
import { confirmPhone, refreshAlerts, type Phone } from '../../../state/console/phones';
import { bytesText } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Chip } from '../../parts/notice';
import { toast } from '../../parts/toast';
import { ageOf, ageText } from '../age';
import { mayManagePhones } from '../people/people-page';
import { jobAddress, QUARANTINE } from '../route';
import { now_ms } from '../ticking';
import { troubleOf } from '../trouble';
import { lookWords } from './looks';
import { say } from './words';

const JOBS_SHOWN = 3;

export function PhoneRow({ phone, onChanged, onRevoke }: {
  readonly phone: Phone;
  readonly onChanged: () => unknown;
  readonly onRevoke: (phone: Phone) => void;
}) {
  return (
    <li class={`phone-row ${phone.revoked ? 'revoked' : ''}`} data-testid="phone-row" data-device={phone.device_id}>
      <div class="phone-who">
        <strong>{phone.user.name}</strong>
        <span class="small">{phone.label}</span>
        <span class="small quiet">{[phone.station?.name, contactText(phone)].filter(Boolean).join(' · ')}</span>
        {phone.revoked && <Chip tone="stop" icon="ban">{say('revoked')}</Chip>}
        {phone.user_disabled && <Chip tone="stop" icon="ban">{say('account_closed')}</Chip>}
      </div>
      <div class="phone-holds">
        <Holds phone={phone} />
        <Awaited phone={phone} />
      </div>
      <Condition phone={phone} />
      <div class="phone-looks">
        <Looks phone={phone} />
        <Actions phone={phone} onChanged={onChanged} onRevoke={onRevoke} />
      </div>
    </li>
  );
}

/** What presses comes with what to do about it; what is only good to know is said in passing where something presses. */
function Looks({ phone }: { readonly phone: Phone }) {
  const all = phone.looks.map((look) => ({ look, ...lookWords(look, phone) }));
  const pressing = all.filter(({ tone }) => tone !== 'wait');
  const rest = all.filter(({ tone }) => tone === 'wait');
  return (
    <>
      {(pressing.length > 0 ? pressing : rest).map(({ look, tone, title, help }) => (
        <div key={look} data-testid={`look-${look}`}>
          <Chip tone={tone} icon={tone === 'wait' ? 'info' : 'triangle-alert'}>{title}</Chip>
          <p class="small quiet">{help}</p>
        </div>
      ))}
      {pressing.length > 0 && rest.length > 0 && (
        <p class="small quiet" data-testid="looks-also">{rest.map(({ title }) => title).join(' · ')}</p>
      )}
    </>
  );
}

function Holds({ phone }: { readonly phone: Phone }) {
  const { pending_events: events, pending_blobs: blobs, pending_oldest_at: oldest } = phone;
  if (events + blobs === 0) {
    return <p class="small ok"><Icon name="check" /> {say('holds_nothing')}</p>;
  }
  const parts = [
    events > 0 ? say('holds_events', { n: events }) : null,
    blobs > 0 ? say('holds_blobs', { n: blobs }) : null,
    phone.pending_bytes > 0 ? bytesText(phone.pending_bytes) : null,
  ];
  return (
    <p data-testid="holds">
      <span class="small quiet">{say('holds')} </span>
      <strong class="figures">{parts.filter(Boolean).join(' · ')}</strong>
      {oldest && <span class="small block">{say('holds_oldest', { age: ageText(oldest, now_ms.value) })}</span>}
    </p>
  );
}

function Awaited({ phone }: { readonly phone: Phone }) {
  if (phone.awaiting_blobs === 0) return null;
  const shown = phone.awaiting.slice(0, JOBS_SHOWN);
  const rest = phone.awaiting.length - shown.length;
  return (
    <div class="small" data-testid="awaiting">
      <p>{say('awaiting', { n: phone.awaiting_blobs })}</p>
      <ul>
        {shown.map((job) => (
          <li key={job.job_id}>
            <a href={jobAddress(job.job_id)}>{say('awaiting_job', { n: job.blobs, order: job.order_ref ?? job.job_id, age: ageText(job.since, now_ms.value) })}</a>
          </li>
        ))}
        {rest > 0 && <li class="quiet">{say('awaiting_more', { n: rest })}</li>}
      </ul>
    </div>
  );
}

function Condition({ phone }: { readonly phone: Phone }) {
  const { condition } = phone;
  const build = phone.build === null ? say('no_build') : say('build', { build: phone.build });
  const replaces = phone.replaces && say('replaces', { label: phone.replaces.name });
  if (condition === null) {
    return <p class="small quiet phone-condition">{[say('condition_unknown'), build, replaces].filter(Boolean).join(' · ')}</p>;
  }
  const said = [
    say(condition.copies === 2 ? 'copies_2' : 'copies_1'),
    condition.persisted === null ? null : say(condition.persisted ? 'persisted_yes' : 'persisted_no'),
    condition.room_bytes === null ? null : say('room', { size: bytesText(condition.room_bytes) }),
    say(condition.mode),
    build,
    replaces,
  ];
  return (
    <p class="small phone-condition" data-testid="condition">
      {said.filter(Boolean).join(' · ')}
      {phone.condition_at && <span class="quiet block">{saidText(phone.condition_at)}</span>}
    </p>
  );
}

function Actions({ phone, onChanged, onRevoke }: {
  readonly phone: Phone;
  readonly onChanged: () => unknown;
  readonly onRevoke: (phone: Phone) => void;
}) {
  const confirm = async (): Promise<void> => {
    try {
      await confirmPhone(phone.device_id);
      toast(say('confirm_done'));
      void refreshAlerts();
      await onChanged();
    } catch (error) {
      toast(troubleOf(error).title);
    }
  };
  const waits = phone.readmitted_at !== null && phone.confirmed_at === null && !phone.revoked;
  const may = mayManagePhones() && !phone.revoked;
  if (!may && phone.quarantined === 0) return null;
  return (
    <div class="row">
      {waits && may && <Button icon="check" testid="confirm-phone" onTap={confirm}>{say('confirm')}</Button>}
      {phone.quarantined > 0 && <a class="button plain" href={QUARANTINE} data-testid="to-quarantine">{say('set_aside_open')}</a>}
      {may && <Button kind="link" testid="revoke-phone" onTap={() => onRevoke(phone)}>{say('revoke')}</Button>}
    </div>
  );
}

function saidText(at: string): string {
  return ageOf(at, now_ms.value).measure === 'now' ? say('condition_now') : say('condition_at', { age: ageText(at, now_ms.value) });
}

function contactText(phone: Phone): string {
  const at = phone.last_contact_at;
  if (at === null) return say('contact_never');
  return ageOf(at, now_ms.value).measure === 'now' ? say('contact_now') : say('contact', { age: ageText(at, now_ms.value) });
}
