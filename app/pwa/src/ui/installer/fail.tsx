/** The visit fails: the reason as a tile, then the evidence that this reason asks for. */
import { useState } from 'preact/hooks';
import type { JobState, Signoff } from '../../domain/job';
import type { Asked, FailureReason, PhotoAsked } from '../../domain/standard';
import { endOfVisitBefore, NO_STEP, photosOf, roleOf, stepAt } from './work';
import type { JobView } from '../../state/jobs';
import { entry } from '../../state/record';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import type { IconName } from '../parts/icon';
import { Chip, Notice } from '../parts/notice';
import { Tiles } from '../parts/tiles';
import { toast } from '../parts/toast';
import { detailFacts, detailWords, FailDetails, keyOf as checkOf, lackingDetails, NO_DETAILS, type Details } from './fail-details';
import { reasonsOf } from './failure-reasons';
import { Frame } from './frame';
import { NoJob } from './job';
import { PhotoStrip } from './photo-strip';
import { address, go, type Query } from './route';
import { saveAll } from './saving';
import { againFacts, NOT_ASKED, SecondVisit, type Again } from './second-visit';
import { useDraft, useJob } from './use';
import { sayStep } from './words-step';
import { sayEnd } from './words-end';

const REASON_ICONS: Readonly<Record<string, IconName>> = {
  nobody_home: 'user',
  site_not_ready: 'house',
  wrong_unit: 'scan-barcode',
  damaged_in_transit: 'package',
  customer_refused: 'x',
  unsafe: 'octagon-x',
  missing_part: 'plus',
  access_blocked: 'door-open',
};

export function FailVisit({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  return view && view.state.visit_id !== null ? <Failing view={view} visitId={view.state.visit_id} query={query} /> : <NoJob />;
}

/** `begun` says from where: what led here last decides about the reason; coming back, also by a cold start, goes on with what is there. */
type Draft = { begun: string; reason: string; choice: string; text: string; details: Details; again: Again };
const NOTHING: Draft = { begun: '', reason: '', choice: '', text: '', details: NO_DETAILS, again: NOT_ASKED };

function Failing({ view, visitId, query }: { readonly view: JobView; readonly visitId: string; readonly query: Query }) {
  const reasons = reasonsOf(view);
  const at = stepAt(view, query);
  const begun = [query.for, query.id, query.unit, query.part].filter(Boolean).join(' ');
  const given: Draft = { ...NOTHING, begun, reason: query.for ?? '', details: { ...NO_DETAILS, check: at ? checkOf(at) : '', units: query.unit ? [query.unit] : [] } };
  const [kept, write, clear] = useDraft<Draft>(`fail ${visitId}`, given);
  // A draft of an older version of the app has less in it.
  const draft = { ...given, ...(begun === '' || kept.begun === begun ? kept : { text: kept.text, again: kept.again }) };
  const [tried, setTried] = useState(false);
  // The phone may end the app meanwhile: what was chosen is kept first, were it only by what led here.
  const leave = (to: string): void => {
    write(draft);
    go(to);
  };
  const chosen = reasons.find((reason) => reason.reason === draft.reason) ?? null;
  const lacking = chosen ? [...lackingDetails(view, chosen.reason, draft.details), ...lackingOf(view, chosen, draft)] : draft.text.trim() === '' ? [sayEnd('fail_text')] : [];
  const title = chosen ? pick(chosen.title) : sayEnd('fail_other');
  const record = async (): Promise<void> => {
    setTried(true);
    if (lacking.length > 0 || (reasons.length > 0 && !chosen)) return;
    const choice = chosen && choiceOf(chosen)?.options.find((option) => option.value === draft.choice);
    const reason = chosen?.reason ?? 'other';
    const note = [...detailWords(view, reason, draft.details), choice && pick(choice.title), draft.text.trim()].filter(Boolean).join(' — ');
    const failed = entry('visit.failed', { visit_id: visitId, reason, note: note || null });
    if (!(await saveAll(view.job_id, [...detailFacts(view, reason, draft.details, note), ...againFacts(draft.again), failed]))) return;
    clear();
    toast(sayEnd('fail_saved'));
    go(address('job', view.job_id), 'replace');
  };
  return (
    <Frame
      testid="fail"
      title={sayEnd('fail_title')}
      under={view.state.customer?.name}
      actions={
        (chosen || reasons.length === 0) && (
          <Button kind="primary" testid="fail-save" onTap={record}>
            {sayEnd('fail_save', { reason: title })}
          </Button>
        )
      }
    >
      {reasons.length === 0 && <Notice tone="wait" title={sayEnd('fail_none')} />}
      <Tiles
        legend={sayEnd('fail_why')}
        options={reasons.map((reason) => ({ value: reason.reason, title: pick(reason.title), icon: REASON_ICONS[reason.reason] ?? 'ban' }))}
        chosen={draft.reason || null}
        testid="reason"
        onChoose={(reason) => write({ ...draft, reason, choice: '' })}
      />
      {tried && lacking.length > 0 && <Notice tone="stop" alert title={sayEnd('fail_lacking', { what: lacking.join(', ') })} testid="fail-lacking" />}
      {chosen && <FailDetails view={view} reason={chosen.reason} details={draft.details} onChange={(details) => write({ ...draft, details })} />}
      {chosen && <h2>{sayEnd('fail_evidence')}</h2>}
      {chosen?.evidence.map((asked) => <Evidence key={keyOf(asked)} view={view} asked={asked} draft={draft} write={write} leave={leave} />)}
      {(reasons.length === 0 || (chosen && !chosen.evidence.some((asked) => asked.kind === 'text'))) && (
        <Field label={sayEnd('fail_text')} value={draft.text} lines={3} most={700} testid="fail-text" onWrite={(text) => write({ ...draft, text })} />
      )}
      {(chosen || reasons.length === 0) && <SecondVisit again={draft.again} onChange={(again) => write({ ...draft, again })} />}
    </Frame>
  );
}

type Leave = (to: string) => void;
interface Collecting {
  readonly view: JobView;
  readonly asked: Asked;
  readonly draft: Draft;
  readonly write: (draft: Draft) => void;
  readonly leave: Leave;
}

function Evidence({ view, asked, draft, write, leave }: Collecting) {
  switch (asked.kind) {
    case 'photo':
      return <PhotoEvidence view={view} asked={asked} leave={leave} />;
    case 'signoff':
      return <SignoffEvidence view={view} leave={leave} />;
    case 'choice':
      return (
        <Tiles
          legend={sayStep('choose_one')}
          options={asked.options.map((option) => ({ value: option.value, title: pick(option.title) }))}
          chosen={draft.choice || null}
          testid="fail-choice"
          onChoose={(choice) => write({ ...draft, choice })}
        />
      );
    case 'text':
      return <Field label={sayEnd('fail_text')} value={draft.text} lines={3} most={700} testid="fail-text" onWrite={(text) => write({ ...draft, text })} />;
    default:
      return null;
  }
}

/** What the customer says to it: refused with a reason, or why nobody says anything. */
function SignoffEvidence({ view, leave }: { readonly view: JobView; readonly leave: Leave }) {
  const given = signoffNow(view.state);
  return (
    <section class="stack tight" data-testid="fail-signoff" data-given={given !== null}>
      <h3>{sayEnd('fail_signoff')}</h3>
      {given ? (
        <div class="row">
          <Chip tone={given.outcome === 'accepted' ? 'warn' : 'ok'}>{sayEnd(`signoff_${given.outcome}`)}</Chip>
          <span class="small quiet">{given.reason}</span>
        </div>
      ) : (
        <p class="quiet">{sayEnd('fail_signoff_text')}</p>
      )}
      <Button icon="signature" testid="fail-sign" onTap={() => leave(address('sign', view.job_id, { from: 'fail' }))}>
        {sayEnd(given ? 'fail_sign_again' : 'fail_sign')}
      </Button>
    </section>
  );
}

/** The sign-off of the present visit. */
function signoffNow(state: JobState): Signoff | null {
  const since = endOfVisitBefore(state);
  return state.signoffs.findLast(({ rev }) => rev > since) ?? null;
}

function PhotoEvidence({ view, asked, leave }: { readonly view: JobView; readonly asked: PhotoAsked; readonly leave: Leave }) {
  const role = roleOf(view.standards, asked.role);
  const title = pick(role?.title) || asked.role;
  const photos = photosOf(view.state, NO_STEP, asked.role);
  return (
    <section class="stack tight" data-testid="photos" data-role={asked.role}>
      <h3 class="figures">{sayEnd('fail_photo', { role: title, n: photos.length, min: asked.min })}</h3>
      {role?.hint && <p class="quiet">{pick(role.hint)}</p>}
      <PhotoStrip view={view} photos={photos} title={title} />
      <Button icon="camera" testid="add-photo" onTap={() => leave(address('photo', view.job_id, { role: asked.role, for: 'failure' }))}>
        {photos.length > 0 ? sayStep('another_photo') : sayStep('take_photo', { role: title })}
      </Button>
    </section>
  );
}

function lackingOf(view: JobView, reason: FailureReason, draft: Draft): string[] {
  return reason.evidence.flatMap((asked) => {
    if (asked.kind === 'photo' && photosOf(view.state, NO_STEP, asked.role).length < asked.min) {
      return [pick(roleOf(view.standards, asked.role)?.title) || asked.role];
    }
    if (asked.kind === 'signoff' && signoffNow(view.state) === null) return [sayEnd('fail_signoff')];
    if (asked.kind === 'choice' && !asked.options.some((option) => option.value === draft.choice)) return [sayEnd('lack_choice')];
    return asked.kind === 'text' && draft.text.trim() === '' ? [sayEnd('fail_text')] : [];
  });
}

function choiceOf(reason: FailureReason) {
  return reason.evidence.find((asked) => asked.kind === 'choice') ?? null;
}

function keyOf(asked: Asked): string {
  return asked.kind === 'photo' ? asked.role : asked.kind;
}
