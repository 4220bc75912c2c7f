/** Installers and their phones, station by station. */
import { useEffect, useState } from 'preact/hooks';
import { installers } from '../../../state/console/people';
import { session } from '../../../state/console/session';
import type { Person, PhoneRow } from '../../../state/console/shapes';
import { moment } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Chip } from '../../parts/notice';
import { ageOf, ageText } from '../age';
import { now_ms } from '../ticking';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { EnrolSheet } from './enrol-sheet';
import { RevokeSheet } from './revoke-sheet';
import { byStation } from './stations';
import { say } from './words';

const REFRESH_MS = 20_000;
const SILENT_MS = 24 * 3_600_000;

export function mayManagePhones(): boolean {
  return ['supervisor', 'dispatcher', 'admin'].includes(session.value?.user.role ?? '');
}

export function PeoplePage() {
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [enrolling, setEnrolling] = useState<Person | null>(null);
  const [revoking, setRevoking] = useState<PhoneRow | null>(null);
  const refresh = async (): Promise<void> => {
    try {
      setPeople(await installers());
      setFailure(null);
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
    void refresh();
    const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>{say('title')}</h1>
          <p class="quiet small">{say('lead')}</p>
        </div>
      </div>
      {failure !== null && people === null && <TroubleNotice error={failure} onRetry={refresh} />}
      {people === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {people?.length === 0 && (
        <div class="empty">
          <Icon name="user" />
          <h2>{say('nobody')}</h2>
          <p class="quiet">{say('nobody_text')}</p>
        </div>
      )}
      {people !== null && byStation(people).map((group) => (
        <section key={group.name ?? ''} class="station" data-testid="station">
          <h2>{group.name ?? say('no_station')}</h2>
          <ul class="people">
            {group.people.map((person) => <PersonCard key={person.id} person={person} onEnrol={setEnrolling} onRevoke={setRevoking} />)}
          </ul>
        </section>
      ))}
      {enrolling && <EnrolSheet person={enrolling} onClose={() => { setEnrolling(null); void refresh(); }} />}
      {revoking && <RevokeSheet phone={revoking} onClose={() => { setRevoking(null); void refresh(); }} />}
    </main>
  );
}

function PersonCard({ person, onEnrol, onRevoke }: {
  readonly person: Person;
  readonly onEnrol: (person: Person) => void;
  readonly onRevoke: (phone: PhoneRow) => void;
}) {
  return (
    <li class="card person" data-testid="person" data-login={person.login}>
      <div class="row apart">
        <div>
          <h3>{person.name}</h3>
          <p class="small quiet">{person.login}</p>
        </div>
        {person.disabled ? <Chip tone="stop" icon="ban">{say('closed')}</Chip> : mayManagePhones() && <Button icon="smartphone" testid="enrol" onTap={() => onEnrol(person)}>{say('enrol')}</Button>}
      </div>
      {person.devices.length === 0 && <p class="small quiet">{say('no_phone')}</p>}
      <ul class="phones">
        {person.devices.map((phone) => <Phone key={phone.device_id} phone={phone} onRevoke={onRevoke} />)}
      </ul>
    </li>
  );
}

function Phone({ phone, onRevoke }: { readonly phone: PhoneRow; readonly onRevoke: (phone: PhoneRow) => void }) {
  const unsent = phone.pending_events + phone.pending_blobs > 0;
  return (
    <li class={`phone ${phone.revoked ? 'revoked' : ''}`} data-testid="phone" data-device={phone.device_id}>
      <Icon name="smartphone" />
      <div class="grow">
        <strong>{phone.label}</strong>
        <p class="small"><Contact phone={phone} /></p>
        <p class={`small ${unsent ? 'wait' : 'quiet'}`}>
          {unsent ? say('unsent', { events: phone.pending_events, blobs: phone.pending_blobs }) : phone.last_contact_at && say('unsent_none')}
          {unsent && phone.pending_oldest_at && say('unsent_oldest', { age: ageText(phone.pending_oldest_at, now_ms.value) })}
        </p>
        <p class="small quiet">{say('enrolled', { time: moment(phone.enrolled_at) })}</p>
      </div>
      {phone.revoked ? <Chip tone="stop" icon="ban">{say('revoked')}</Chip> : mayManagePhones() && <Button kind="link" testid="revoke" onTap={() => onRevoke(phone)}>{say('revoke')}</Button>}
    </li>
  );
}

function Contact({ phone }: { readonly phone: PhoneRow }) {
  if (phone.last_contact_at === null) return <span class="warn">{say('contact_never')}</span>;
  const age = ageText(phone.last_contact_at, now_ms.value);
  if (now_ms.value - Date.parse(phone.last_contact_at) > SILENT_MS) return <span class="warn"><Icon name="triangle-alert" /> {say('silent', { age })}</span>;
  return <span>{ageOf(phone.last_contact_at, now_ms.value).measure === 'now' ? say('contact_now') : say('contact', { age })}</span>;
}
