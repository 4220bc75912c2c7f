/** Letting one phone in: QR code, countdown, link; it notices by itself when the phone has come in. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { enrolmentCode, installers } from '../../../state/console/people';
import type { EnrolmentCode, Person } from '../../../state/console/shapes';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { Sheet } from '../../parts/sheet';
import { TroubleNotice } from '../trouble';
import { newPhones, timeLeft } from './stations';
import { say } from './words';

const LOOK_MS = 3_000;

export function EnrolSheet({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const [code, setCode] = useState<EnrolmentCode | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [came, setCame] = useState<string | null>(null);
  const had = useRef(person.devices.map((phone) => phone.device_id));
  const make = async (): Promise<void> => {
    setFailure(null);
    setCode(null);
    try {
      setCode(await enrolmentCode(person.id));
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => void make(), []);
  useEffect(() => {
    if (code === null || came !== null) return;
    const look = (): void => {
      installers().then(
        (people) => setCame(newPhones(had.current, people.find((one) => one.id === person.id))[0] ?? null),
        () => undefined, // The next look is three seconds away.
      );
    };
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [code, came]);

  return (
    <Sheet title={say('enrol_title', { name: person.name })} testid="enrol-sheet" onClose={onClose}>
      {failure !== null && <TroubleNotice error={failure} onRetry={make} />}
      {came !== null ? (
        <Notice tone="ok" title={say('enrol_done', { label: came })} alert testid="enrol-done"><p>{say('enrol_done_text')}</p></Notice>
      ) : (
        code && <Code code={code} onAgain={make} />
      )}
      {code === null && failure === null && <div class="skeleton" aria-busy="true" />}
      <Button wide testid="enrol-close" onTap={onClose}>{say('done')}</Button>
    </Sheet>
  );
}

function Code({ code, onAgain }: { readonly code: EnrolmentCode; readonly onAgain: () => unknown }) {
  const [now_ms, setNow] = useState(Date.now());
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = timeLeft(code.expires_at, now_ms);
  if (left === null) {
    return (
      <Notice tone="warn" title={say('enrol_over')} alert testid="enrol-over">
        <p>{say('enrol_over_text')}</p>
        <div><Button icon="refresh-cw" testid="enrol-again" onTap={onAgain}>{say('enrol_again')}</Button></div>
      </Notice>
    );
  }
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code.url);
      setCopied('yes');
    } catch {
      setCopied('failed');
    }
  };
  return (
    <div class="enrol">
      <p>{say('enrol_scan')}</p>
      <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(code.qr_svg)}`} alt={say('enrol_qr')} width={240} height={240} data-testid="enrol-qr" />
      <p class="enrol-left figures" role="timer"><Icon name="clock" /> {say('enrol_left', { time: left })}</p>
      <div class="field">
        <label for="enrol-link">{say('enrol_link')}</label>
        <input id="enrol-link" class="input code" readOnly value={code.url} data-testid="enrol-link" onFocus={(event) => event.currentTarget.select()} />
      </div>
      <div class="row">
        <Button icon="copy" testid="enrol-copy" onTap={copy}>{copied === 'yes' ? say('enrol_copied') : say('enrol_copy')}</Button>
        {copied === 'failed' && <span class="small warn" role="alert">{say('enrol_copy_failed')}</span>}
      </div>
      <p class="small quiet">{say('enrol_once')}</p>
    </div>
  );
}
