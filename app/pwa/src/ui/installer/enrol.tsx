/** Adding the phone: by the link's code, by its QR, or typed. A code is spent by a tap and by nothing else. */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { isAppleTab } from '../../device/platform';
import { isApple, isEphemeral } from '../../device/probe';
import { before } from '../../state/before';
import { enrol, identity, phase, recovered } from '../../state/app';
import { EnrolFailed } from '../../state/enrolling';
import { setLanguage } from '../../state/settings';
import { language } from '../i18n/catalogue';
import { moment } from '../i18n/format';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { lazy } from '../parts/lazy';
import { Notice } from '../parts/notice';
import { InstallHelp } from './install-help';
import { address, go } from './route';
import { sayEnrol } from './words-enrol';

const EnrolScan = lazy(async () => (await import('./enrol-scan')).EnrolScan);

/** The code of the tap that added the phone; after a cold start the greeting is not repeated. */
const spent = signal<string | null>(null);

export function Enrol({ code, lost }: { readonly code: string; readonly lost: boolean }) {
  // A second link opened on a phone that was just added has not been used.
  const [forgetful, setForgetful] = useState(false);
  useEffect(() => void isEphemeral().then(setForgetful), []);
  if (phase.value === 'ready') return <Hello added={spent.value !== null && (code === '' || code === spent.value)} />;
  return (
    <div class="frame enrol" data-testid="enrol">
      <header class="enrol-head">
        <p class="brand">Doorstep</p>
        <Button kind="link" icon="languages" testid="switch-language" onTap={() => setLanguage(language.value === 'en' ? 'zh-Hans' : 'en')}>
          {language.value === 'en' ? '中文' : 'English'}
        </Button>
      </header>
      <main class="stack">
        {lost ? <Lost /> : before.value && <Emptied />}
        {isAppleTab() ? <InstallHelp code={code} /> : forgetful ? <Forgetful /> : <AddPhone key={code} given={code} />}
      </main>
    </div>
  );
}

function AddPhone({ given }: { readonly given: string }) {
  const [code, setCode] = useState(given);
  const [way, setWay] = useState<'choose' | 'scan' | 'type'>(given ? 'type' : 'choose');
  const [label, setLabel] = useState(phoneName());
  const [failure, setFailure] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const add = async (): Promise<void> => {
    setTried(true);
    if (code.trim() === '') return;
    setFailure(null);
    spent.value = code.trim();
    try {
      await enrol(code.trim(), label.trim() || phoneName());
      go(address('enrol'), 'replace');
    } catch (error) {
      spent.value = null;
      setFailure(error instanceof EnrolFailed ? error.slug : 'unknown');
    }
  };
  if (way === 'scan') {
    return (
      <EnrolScan
        onCode={(found) => {
          setCode(found);
          setWay('type');
        }}
        onClose={() => setWay('choose')}
      />
    );
  }
  return (
    <>
      <h1>{sayEnrol('welcome')}</h1>
      {given ? <Notice tone="ok" title={sayEnrol('code_here')} /> : <p>{sayEnrol('welcome_text')}</p>}
      {failure !== null && (
        <Notice tone="stop" alert title={sayEnrol('failed')} testid="enrol-failed">
          <p>{failureSentence(failure)}</p>
        </Notice>
      )}
      {way === 'choose' ? (
        <>
          <Button kind="primary" icon="scan-barcode" testid="enrol-scan" onTap={() => setWay('scan')}>
            {sayEnrol('scan_qr')}
          </Button>
          <Button wide icon="keyboard" testid="enrol-type" onTap={() => setWay('type')}>
            {sayEnrol('type_code')}
          </Button>
        </>
      ) : (
        <>
          <Field label={sayEnrol('code_label')} value={code} most={64} problem={tried && code.trim() === '' ? sayEnrol('code_empty') : null} testid="enrol-code" onWrite={setCode} />
          <Field label={sayEnrol('phone_name')} value={label} most={60} testid="enrol-label" onWrite={setLabel} />
          <Button kind="primary" icon="plus" testid="enrol-add" onTap={add}>
            {sayEnrol('add')}
          </Button>
          <Button kind="link" wide icon="scan-barcode" onTap={() => setWay('scan')}>
            {sayEnrol('scan_qr')}
          </Button>
        </>
      )}
    </>
  );
}

function Lost() {
  const back = recovered.value;
  return (
    <Notice tone="warn" title={sayEnrol('lost_title')}>
      <p>{back ? sayEnrol('lost_text', { events: back.events, blobs: back.blobs }) : sayEnrol('lost_none')}</p>
    </Notice>
  );
}

/** Nothing is left here, and the office, or a hint, says that somebody was enrolled on this phone. */
function Emptied() {
  const was = before.value;
  if (!was) return null;
  const { pending, last_contact_at: at } = was;
  const some = pending !== null && pending.events + pending.blobs > 0;
  return (
    <Notice tone={some ? 'stop' : 'warn'} title={sayEnrol('lost_title')} testid="emptied">
      <p>{sayEnrol('emptied_text', { name: was.user_name, label: was.label })}</p>
      {pending && at && <p>{some ? sayEnrol('emptied_pending', { time: moment(at), n: pending.events, blobs: pending.blobs }) : sayEnrol('emptied_none', { time: moment(at) })}</p>}
      {!pending && <p>{sayEnrol('emptied_unknown')}</p>}
    </Notice>
  );
}

/** A private window: what is kept here goes when it is closed. */
function Forgetful() {
  return (
    <Notice tone="stop" title={sayEnrol('forgetful_title')} testid="forgetful">
      <p>{sayEnrol('forgetful_text')}</p>
    </Notice>
  );
}

function Hello({ added }: { readonly added: boolean }) {
  const who = identity.value;
  const name = who?.user.name ?? '';
  return (
    <div class="frame enrol" data-testid="hello">
      <main class="stack">
        <h1>{added ? sayEnrol('hello', { name }) : sayEnrol('already', { name })}</h1>
        <p>{added ? sayEnrol('hello_text', { company: who?.tenant.name ?? '' }) : sayEnrol('already_text')}</p>
        {added && (
          <Button kind="primary" icon="list-checks" testid="to-check" onTap={() => go(address('check'), 'replace')}>
            {sayEnrol('to_check')}
          </Button>
        )}
        <Button kind={added ? 'link' : 'primary'} wide testid="to-today" onTap={() => go(address('today'), 'replace')}>
          {sayEnrol('to_today')}
        </Button>
      </main>
    </div>
  );
}

function failureSentence(slug: string): string {
  switch (slug) {
    case 'enrolment-code-invalid':
      return sayEnrol('fail_code');
    case 'proof-invalid':
      return sayEnrol('fail_proof');
    case 'no-connection':
      return sayEnrol('fail_connection');
    case 'no-key':
      return sayEnrol('fail_key');
    case 'too-many-requests':
      return sayEnrol('fail_busy');
    default:
      return sayEnrol('fail_other', { slug });
  }
}

function phoneName(): string {
  if (isApple()) return sayEnrol('phone_name_apple');
  return sayEnrol(navigator.userAgent.includes('Android') ? 'phone_name_android' : 'phone_name_other');
}
