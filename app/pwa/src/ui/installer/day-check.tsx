/** Five ticks before the van leaves: storage, camera, jobs, clock, app. Each is tried, not believed. */
import { useEffect, useState } from 'preact/hooks';
import { CameraFailed, cameraReadiness, openCamera } from '../../device/camera';
import { clockOffset } from '../../device/probe';
import { jobs } from '../../state/jobs';
import { keepsTwo, measureRoom, room } from '../../state/storage';
import { syncNow } from '../../state/sync-status';
import { applyUpdate, shellKept, updateReady } from '../../state/update';
import { slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { Frame } from './frame';
import { address, go } from './route';
import { isDone } from './work';
import { FEW_PHOTOS, fitText, fitting } from './storage';
import { Readiness } from './today';
import { say } from './words';
import { sayEnrol } from './words-enrol';
import { saySend } from './words-send';

type CameraState = Awaited<ReturnType<typeof cameraReadiness>>;

const CLOCK_LIMIT_S = 300;

export function DayCheck() {
  const [measured, setMeasured] = useState(false);
  const [camera, setCamera] = useState<CameraState | null>(null);
  const [offset, setOffset] = useState<number | null | undefined>(undefined);
  const [round, setRound] = useState(0);
  useEffect(() => {
    syncNow();
    setMeasured(false);
    void measureRoom().then(() => setMeasured(true));
    void cameraReadiness().then(setCamera);
    void clockOffset().then(setOffset);
  }, [round]);
  const tryCamera = async (): Promise<void> => {
    try {
      (await openCamera(null, 640, 480)).close();
      setCamera('ready');
    } catch (error) {
      setCamera(error instanceof CameraFailed ? error.why : 'busy');
    }
  };

  const open = jobs.value.filter((view) => !isDone(view.state));
  const ready = open.filter((view) => view.offline_ready).length;
  const jobsGood = open.length > 0 && ready === open.length;
  const clockGood = offset === undefined ? null : offset === null ? false : Math.abs(offset) <= CLOCK_LIMIT_S;
  const fit = fitting(room.value);
  const storage = measured ? keepsTwo() && fit !== null && fit >= FEW_PHOTOS : null;
  const kept = shellKept.value === null ? null : shellKept.value && !updateReady.value;
  const all = [storage, camera === null ? null : camera === 'ready', jobsGood, clockGood, kept];
  const good = all.every((tick) => tick === true);
  return (
    <Frame
      testid="day-check"
      title={sayEnrol('check_title')}
      actions={
        <Button kind="primary" testid="check-done" onTap={() => go(address('today'), 'replace')}>
          {sayEnrol('to_today')}
        </Button>
      }
    >
      {all.includes(null) ? <Notice tone="wait" title={sayEnrol('checking')} /> : <Notice tone={good ? 'ok' : 'warn'} title={sayEnrol(good ? 'check_good' : 'check_look')} />}
      <ul class="card ticks">
        <Tick testid="tick-storage" good={storage} name={sayEnrol('storage')} text={sayEnrol(keepsTwo() ? 'storage_good' : 'storage_one')}>
          {measured && <span class="quiet figures">{`${saySend('storage_fit')}: ${fitText(room.value)}`}</span>}
          {storage === false && (
            <a class="button" href={address('storage')}>
              <Icon name="gauge" />
              {saySend('storage')}
            </a>
          )}
        </Tick>
        <Tick testid="tick-camera" good={camera === null ? null : camera === 'ready'} name={sayEnrol('camera')} text={sayEnrol(camera === 'ready' || camera === null ? 'camera_good' : `camera_${camera}`)}>
          {(camera === 'ask' || camera === 'busy') && (
            <Button icon="camera" testid="try-camera" onTap={tryCamera}>
              {sayEnrol('camera_try')}
            </Button>
          )}
        </Tick>
        <Tick
          testid="tick-jobs"
          good={jobsGood}
          name={sayEnrol('jobs')}
          text={open.length === 0 ? sayEnrol('jobs_none') : jobsGood ? sayEnrol('jobs_good', { n: ready }) : sayEnrol('jobs_some', { ready, all: open.length })}
        >
          {open.map((view) => (
            <p class="stack tight small" key={view.job_id} data-testid="tick-job">
              <span>{[slotText(view.state.slot), view.state.customer?.name].filter(Boolean).join(' ')}</span>
              <Readiness view={view} />
            </p>
          ))}
        </Tick>
        <Tick
          testid="tick-clock"
          good={clockGood}
          name={sayEnrol('clock')}
          text={offset == null ? sayEnrol('clock_unknown') : clockGood ? sayEnrol('clock_good') : sayEnrol('clock_off', { n: Math.round(Math.abs(offset) / 60) })}
        />
        <Tick testid="tick-app" good={kept} name={sayEnrol('app')} text={kept === null ? sayEnrol('checking') : sayEnrol(!shellKept.value ? 'app_missing' : updateReady.value ? 'app_newer' : 'app_good')}>
          {updateReady.value && (
            <Button icon="refresh-cw" onTap={applyUpdate}>
              {say('update_now')}
            </Button>
          )}
        </Tick>
      </ul>
      <Button kind="link" icon="refresh-cw" onTap={() => setRound(round + 1)}>
        {sayEnrol('check_again')}
      </Button>
    </Frame>
  );
}

function Tick({ good, name, text, testid, children }: {
  /** null while it is tried. */
  readonly good: boolean | null;
  readonly name: string;
  readonly text: string;
  readonly testid: string;
  readonly children?: preact.ComponentChildren;
}) {
  return (
    <li class="tick-line" data-testid={testid} data-good={String(good)}>
      <Icon name={good === null ? 'clock' : good ? 'circle-check' : 'triangle-alert'} class={good === null ? 'quiet' : good ? 'ok' : 'warn'} />
      <div class="stack tight grow">
        <strong>{name}</strong>
        <span class="quiet">{good === null ? sayEnrol('checking') : text}</span>
        {children}
      </div>
    </li>
  );
}
