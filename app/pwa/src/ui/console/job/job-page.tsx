/** One job under review: queue beside it, evidence in the middle, decision on the right. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Photo } from '../../../domain/job';
import { job, jobFailure, openJob, preloadJob } from '../../../state/console/job';
import { neighbour, queue, wanted } from '../../../state/console/queue';
import type { Command } from '../keys';
import { go } from '../navigation';
import { jobAddress } from '../route';
import { queueAddress } from '../queue/address';
import { Strip } from '../queue/strip';
import { useFreshQueue } from '../queue/use-queue';
import { TroubleNotice } from '../trouble';
import { useKeys } from '../use-keys';
import { words } from '../words';
import { Checks } from './checks';
import { ConformityPart } from './conformity';
import { Decision, isWithCrew, mayDecide } from './decision';
import { startApprove, startSendBack } from './deciding';
import { change, draft, reasonsFor, startAnew, turnTo, type About } from './draft';
import { newest } from './evidence';
import { brokenCount } from './judged';
import { JobHead } from './job-head';
import { SignOff } from './sign-off';
import { Timeline } from './timeline';
import { Trust } from './trust';
import { Units } from './units';
import { viewOf, type JobView } from './view';
import { shotTitle, Viewer } from './viewer';
import { say } from './words';
import { Zoom } from './zoom';

const REFRESH_MS = 20_000;
const PARTS = ['photos', 'conformity', 'checks', 'units', 'signoff', 'trust', 'timeline'] as const;

export function JobPage({ jobId }: { readonly jobId: string }) {
  useFreshQueue();
  useFreshJob(jobId);
  const detail = job.value?.job_id === jobId ? job.value : null;
  const view = useMemo(() => (detail === null ? null : viewOf(detail)), [detail]);
  return (
    <div class="job">
      <Strip jobId={jobId} />
      {view === null ? (
        <main class="job-main" id="content" tabIndex={-1}>
          {jobFailure.value === null ? <div class="skeleton" aria-busy="true">{say('loading')}</div> : <TroubleNotice error={jobFailure.value} onRetry={() => openJob(jobId)} />}
        </main>
      ) : (
        <Loaded key={jobId} view={view} />
      )}
    </div>
  );
}

function Loaded({ view }: { readonly view: JobView }) {
  const { detail, shots } = view;
  const { job_id } = detail;
  const [shotId, setShotId] = useState<string | null>(null);
  const [zoomed, setZoomed] = useState<Photo | null>(null);
  const found = shots.findIndex((shot) => shot.versions.some((photo) => photo.photo_id === shotId));
  const place = Math.max(found, 0);
  const main = useRef<HTMLElement>(null);

  const look = (next: number): void => {
    const shot = shots[Math.min(Math.max(next, 0), shots.length - 1)];
    if (shot === undefined) return;
    setShotId(newest(shot).photo_id);
    turnTo({ kind: 'photo', photo_id: newest(shot).photo_id });
  };
  const lookAt = (photoId: string): void => {
    look(shots.findIndex((shot) => shot.versions.some((photo) => photo.photo_id === photoId)));
    document.getElementById('photos')?.scrollIntoView({ block: 'start' });
  };

  useEffect(() => {
    startAnew();
    look(0);
  }, []);
  // What was judged is gone, for example after a sign-in in between: the photo at hand is judged again.
  useEffect(() => {
    if (draft.value.about === null) look(place);
  });
  useEffect(() => {
    document.title = `${detail.state.customer?.name ?? job_id} · ${words('app')}`;
  });

  const sendBackNow = (): boolean => mayDecide() && !isWithCrew(view, draft.peek().about) && startSendBack(detail);
  const approveNow = (): boolean => mayDecide() && startApprove(detail);

  useKeys('job', (command: Command) => {
    switch (command.do) {
      case 'next_job':
      case 'previous_job':
        return turnJob(job_id, command.do === 'next_job' ? 1 : -1);
      case 'next_evidence':
        look(place + 1);
        return true;
      case 'previous_evidence':
        look(place - 1);
        return true;
      case 'zoom':
        setZoomed(shots[place] === undefined ? null : newest(shots[place]));
        return true;
      case 'mark':
        if (draft.peek().about?.kind !== 'photo') return false;
        change({ marking: !draft.peek().marking });
        return true;
      case 'reason': {
        const reason = reasonsFor(draft.peek().about)[command.place - 1];
        if (reason === undefined) return false;
        change({ reason });
        return true;
      }
      case 'send_back':
        return sendBackNow();
      case 'approve':
        return approveNow();
      case 'leave':
        if (draft.peek().marking) change({ marking: false });
        else go(queueAddress(wanted.peek()));
        return true;
      case 'search':
        go(queueAddress(wanted.peek()));
        requestAnimationFrame(() => document.querySelector<HTMLInputElement>('.search input')?.focus());
        return true;
      default:
        return false;
    }
  });

  const onLook = (about: About): void => {
    if (about.kind === 'photo') lookAt(about.photo_id);
    else document.getElementById('checks')?.scrollIntoView();
  };
  const shot = shots[place];
  return (
    <>
      <main class="job-main" id="content" tabIndex={-1} ref={main} data-testid="job" data-stage={detail.state.stage}>
        <JobHead view={view} onTurn={(by) => turnJob(job_id, by)} />
        <nav class="parts" aria-label={say('parts')}>
          {PARTS.map((part) => <a key={part} href={`#${part}`}>{say(part)}<PartCount view={view} part={part} /></a>)}
        </nav>
        <section id="photos" aria-label={say('photos')}>
          <Viewer view={view} place={place} onPlace={look} onZoom={setZoomed} />
        </section>
        <Part id="conformity"><ConformityPart view={view} /></Part>
        <Part id="checks"><Checks view={view} onPhoto={lookAt} /></Part>
        <Part id="units"><Units view={view} /></Part>
        <Part id="signoff"><SignOff view={view} /></Part>
        <Part id="trust"><Trust view={view} /></Part>
        <Part id="timeline"><Timeline view={view} /></Part>
      </main>
      <aside class="job-side">
        <Decision view={view} onSendBack={sendBackNow} onApprove={approveNow} onLook={onLook} />
      </aside>
      {zoomed && <Zoom photo={zoomed} label={shot ? shotTitle(view, shot) : ''} onClose={() => setZoomed(null)} />}
    </>
  );
}

function Part({ id, children }: { readonly id: Exclude<(typeof PARTS)[number], 'photos'>; readonly children: preact.ComponentChildren }) {
  return (
    <section id={id} class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{say(id)}</h2>
      {children}
    </section>
  );
}

function PartCount({ view, part }: { readonly view: JobView; readonly part: (typeof PARTS)[number] }) {
  const { state, quarantined, timeline } = view.detail;
  const count = {
    photos: view.shots.length,
    checks: view.laid.length,
    conformity: brokenCount(view.detail),
    units: state.units.length,
    signoff: state.signoffs.length,
    trust: state.anomalies.length + quarantined.length,
    timeline: timeline.length,
  }[part];
  return <b class={`count ${(part === 'trust' || part === 'conformity') && count > 0 ? 'warn' : ''}`}>{count}</b>;
}

/** Go to the next or previous job of the queue; false at its end. */
function turnJob(jobId: string, by: 1 | -1): boolean {
  const ids = queue.peek()?.rows.map((row) => row.job_id) ?? [];
  const next = neighbour(ids, ids.includes(jobId) ? jobId : null, by);
  if (next === null || next === jobId) return false;
  go(jobAddress(next));
  return true;
}

/** The job anew every 20 s while it is looked at; the next one already loaded. */
function useFreshJob(jobId: string): void {
  useEffect(() => {
    void openJob(jobId).then(() => {
      const ids = queue.peek()?.rows.map((row) => row.job_id) ?? [];
      const following = ids[ids.indexOf(jobId) + 1];
      return following === undefined ? undefined : preloadJob(following);
    });
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void openJob(jobId);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [jobId]);
}
