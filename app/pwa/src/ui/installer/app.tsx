/** Which screen: by the phone's phase first, then by the address. */
import { boot, bootTrouble, phase } from '../../state/app';
import { isAppleTab } from '../../device/platform';
import { status } from '../../state/sync-status';
import { applyUpdate, updateReady } from '../../state/update';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Boundary } from '../parts/boundary';
import { Button } from '../parts/button';
import { lazy } from '../parts/lazy';
import { Notice } from '../parts/notice';
import { ToastPlace } from '../parts/toast';
import { applyComfort } from './comfort';
import { address, route, type Route } from './route';
import { UnsavedPlace } from './saving';
import { Today } from './today';
import { say } from './words';

const Enrol = lazy(async () => (await import('./enrol')).Enrol);
const Job = lazy(async () => (await import('./job')).Job);
const DayCheck = lazy(async () => (await import('./day-check')).DayCheck);
const LoadOut = lazy(async () => (await import('./load')).LoadOut);
const VanScan = lazy(async () => (await import('./van-scan')).VanScan);
const EndOfDay = lazy(async () => (await import('./end')).EndOfDay);
const Outbox = lazy(async () => (await import('./outbox')).Outbox);
const SafeToClose = lazy(async () => (await import('./outbox')).SafeToClose);
const Settings = lazy(async () => (await import('./settings')).Settings);
const Storage = lazy(async () => (await import('./storage')).Storage);
const NoCapture = lazy(async () => (await import('./install-help')).NoCapture);
const StepScreen = lazy(async () => (await import('./step')).StepScreen);
const CameraScreen = lazy(async () => (await import('./camera-screen')).CameraScreen);
const MarkScreen = lazy(async () => (await import('./mark-screen')).MarkScreen);
const ScanScreen = lazy(async () => (await import('./scan-screen')).ScanScreen);
const SignOff = lazy(async () => (await import('../customer/sign-off')).SignOff);
const Agree = lazy(async () => (await import('../customer/agree')).Agree);
const Finish = lazy(async () => (await import('./finish')).Finish);
const FailVisit = lazy(async () => (await import('./fail')).FailVisit);
const NoteScreen = lazy(async () => (await import('./note')).NoteScreen);

export function App() {
  return (
    <Boundary place="app" fallback={(again) => <Broken again={again} />}>
      <Phase />
    </Boundary>
  );
}

function Phase() {
  const at = route.value;
  useEffect(applyComfort, []);
  if (phase.value === 'booting') return bootTrouble.value ? <NoStorage /> : <BootMark />;
  const enrolled = phase.value === 'ready';
  return (
    <>
      {enrolled && <UpdateBanner at={at} />}
      <Boundary place={`${at.screen} ${at.job_id} ${at.query.id ?? ''} ${at.query.unit ?? ''} ${at.query.part ?? ''}`} fallback={(again) => <Broken again={again} />}>
        {enrolled ? <Screen at={at} /> : <Enrol code={at.query.code ?? ''} lost={phase.value === 'lost'} />}
      </Boundary>
      <ToastPlace />
      <UnsavedPlace />
    </>
  );
}

/** The same as app.html shows before there is any code, so that nothing moves when the code has come. */
function BootMark() {
  return (
    <div class="boot-mark" aria-busy="true">
      <img src="/static/icons/doorstep.svg" width="72" height="72" alt="" />
      <strong>Doorstep</strong>
    </div>
  );
}

/** A job's screens are keyed by what they show, so that going from one step to the next starts a fresh one. */
function Screen({ at }: { readonly at: Route }) {
  const { job_id: jobId, query } = at;
  const key = `${at.screen} ${jobId} ${JSON.stringify(query)}`;
  // What is kept in an iPhone's browser tab is wiped after days: there it may be sent and not added to.
  if (jobId !== '' && isAppleTab()) return <NoCapture />;
  switch (at.screen) {
    case 'today':
      return <Today />;
    case 'check':
      return <DayCheck />;
    case 'load':
      return <LoadOut />;
    case 'van':
      return <VanScan key={key} query={query} />;
    case 'end':
      return <EndOfDay />;
    case 'outbox':
      return <Outbox />;
    case 'safe':
      return <SafeToClose />;
    case 'settings':
      return <Settings />;
    case 'storage':
      return <Storage />;
    case 'enrol':
      return <Enrol code={query.code ?? ''} lost={false} />;
    case 'job':
      return <Job key={key} jobId={jobId} />;
    case 'step':
      return <StepScreen key={key} jobId={jobId} query={query} />;
    case 'photo':
      return <CameraScreen key={key} jobId={jobId} query={query} />;
    case 'mark':
      return <MarkScreen key={key} jobId={jobId} query={query} />;
    case 'scan':
      return <ScanScreen key={key} jobId={jobId} query={query} />;
    case 'agree':
      return <Agree key={key} jobId={jobId} query={query} />;
    case 'sign':
      return <SignOff key={key} jobId={jobId} query={query} />;
    case 'finish':
      return <Finish key={key} jobId={jobId} />;
    case 'fail':
      return <FailVisit key={key} jobId={jobId} query={query} />;
    case 'note':
      return <NoteScreen key={key} jobId={jobId} />;
  }
}

const putOff = signal(false);

/** A new version is used at a safe point: on the screens where nothing is being captured, while nothing is being sent, and only on a tap. */
function UpdateBanner({ at }: { readonly at: Route }) {
  const safe = ['today', 'end', 'outbox', 'safe', 'settings', 'check'].includes(at.screen);
  if (!updateReady.value || !safe || (putOff.value && at.screen !== 'settings')) return null;
  const sending = status.value.kind === 'sending';
  return (
    <div class="update-banner" data-testid="update">
      <Notice tone="wait" icon="refresh-cw" title={say('update_ready')}>
        {sending && <p class="small">{say('update_sending')}</p>}
        <div class="row">
          <Button kind="plain" testid="update-now" disabled={sending} onTap={applyUpdate}>
            {say('update_now')}
          </Button>
          <Button kind="link" onTap={() => (putOff.value = true)}>
            {say('update_later')}
          </Button>
        </div>
      </Notice>
    </div>
  );
}

/** The storage does not open now. What is in it stays in it. */
function NoStorage() {
  return (
    <div class="frame">
      <main class="stack" data-testid="no-storage">
        <Notice tone="stop" alert title={say('storage_title')}>
          <p>{say('storage_text')}</p>
        </Notice>
        <Button kind="primary" icon="rotate-ccw" onTap={boot}>
          {say('try_again')}
        </Button>
        <ToRescue />
      </main>
    </div>
  );
}

function Broken({ again }: { readonly again: () => void }) {
  return (
    <div class="frame">
      <main class="stack">
        <Notice tone="stop" alert title={say('broken_title')}>
          <p>{say('broken_text')}</p>
        </Notice>
        {/* Once another tab uses the new version, parts of this one may be gone: only a reload brings them back. */}
        <Button kind="primary" testid="broken-again" onTap={() => (updateReady.value ? location.reload() : again())}>
          {say('broken_again')}
        </Button>
        <a class="button link" href={address('today')}>
          {say('to_today')}
        </a>
        <ToRescue />
      </main>
    </div>
  );
}

/** Whatever is wrong with the app, what was recorded can be had. */
function ToRescue() {
  return (
    <a class="button link" href="/rescue" data-testid="to-rescue">
      {say('to_rescue')}
    </a>
  );
}
