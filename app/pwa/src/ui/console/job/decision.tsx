/** The right pane: what is judged, the reasons by number, send back, approve, and what became of earlier findings. */
import { find, openFindings } from '../../../domain/job';
import { closeFinding, openJob } from '../../../state/console/job';
import { waiting } from '../../../state/console/pending';
import { session } from '../../../state/console/session';
import { pick } from '../../i18n/catalogue';
import { moment } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Chip, Notice } from '../../parts/notice';
import { toast } from '../../parts/toast';
import { proofAddress } from '../route';
import { troubleOf } from '../trouble';
import { reasonWord } from '../words-trade';
import { Approve } from './approve';
import { change, draft, lackOf, reasonsFor, type About } from './draft';
import { newest } from './evidence';
import { personName, roleName, unitName, type JobView } from './view';
import { shotTitle } from './viewer';
import { decide } from './words-decision';

export function mayDecide(): boolean {
  return ['supervisor', 'admin'].includes(session.value?.user.role ?? '');
}

export function Decision({ view, onSendBack, onApprove, onLook }: {
  readonly view: JobView;
  readonly onSendBack: () => void;
  readonly onApprove: () => void;
  readonly onLook: (about: About) => void;
}) {
  const { state, proof } = view.detail;
  const settled = state.stage === 'sealed' || state.stage === 'approved' || state.stage === 'cancelled';
  return (
    <section class="decision" id="decision" aria-label={decide('decision')} data-testid="decision">
      <h2>{decide('decision')}</h2>
      {state.stage === 'cancelled' && <Notice tone="warn" icon="ban" title={decide('job_cancelled', { reason: state.cancelled?.reason ?? '' })} />}
      {state.approved && (
        <Notice tone="ok" title={decide('approved_by', { name: personName(view, state.approved.actor), time: moment(state.approved.at) })}>
          {state.approved.note && <p>{state.approved.note}</p>}
          {proof && <p class="small">{decide('sealed_at', { time: moment(proof.sealed_at) })}</p>}
          {proof && <p><a class="button plain" href={proofAddress(view.detail.job_id)} data-testid="open-proof">{decide('open_proof')}</a></p>}
        </Notice>
      )}
      <Receipt view={view} />
      <Findings view={view} onLook={onLook} />
      {!settled && (mayDecide() ? <SendBack view={view} onSendBack={onSendBack} /> : <Notice tone="wait" icon="info" title={decide('why_role')} />)}
      {!settled && mayDecide() && <Approve view={view} onApprove={onApprove} />}
    </section>
  );
}

function Receipt({ view }: { readonly view: JobView }) {
  const { blobs, chain } = view.detail;
  const all = Object.values(blobs);
  const missing = all.filter((blob) => !blob.verified).length;
  return (
    <dl class="receipt small">
      <dt>{decide('everything')}</dt>
      <dd class={missing === 0 ? 'ok' : 'wait'}>
        <Icon name={missing === 0 ? 'check' : 'smartphone'} /> {missing === 0 ? decide('everything_here') : decide('waiting_for', { n: missing, all: all.length })}
      </dd>
      <dt>{decide('logs')}</dt>
      <dd><a href="#trust" class={chain.ok ? 'ok' : 'stop'}><Icon name={chain.ok ? 'shield-check' : 'octagon-x'} /> {chain.ok ? decide('logs_ok') : decide('logs_broken')}</a></dd>
    </dl>
  );
}

function SendBack({ view, onSendBack }: { readonly view: JobView; readonly onSendBack: () => void }) {
  const said = draft.value;
  const reasons = reasonsFor(said.about);
  const open = isWithCrew(view, said.about);
  const busy = waiting.value?.decision.job_id === view.detail.job_id && waiting.value.decision.what === 'approve';
  const lack = lackOf(said);
  return (
    <div class="stack tight send-back">
      <p class="small">
        <span class="quiet">{decide('about')}</span>
        <strong class="block" data-testid="about">{aboutTitle(view, said.about)}</strong>
      </p>
      {open ? (
        <Notice tone="wait" title={decide('already_open')} />
      ) : (
        <>
          <div class="field" role="group" aria-labelledby="decision-reason">
            <span class="label" id="decision-reason" tabIndex={-1}>{decide('reason')}</span>
            <div class="reasons">
              {reasons.map((reason, at) => (
                <button
                  type="button"
                  key={reason}
                  class="reason"
                  aria-pressed={said.reason === reason}
                  data-testid={`reason-${reason}`}
                  onClick={() => change({ reason: said.reason === reason ? null : reason })}
                >
                  <kbd>{at + 1}</kbd>
                  <span>{reasonWord(reason)}</span>
                </button>
              ))}
            </div>
          </div>
          <div class="field">
            <label for="finding-note">{decide('note')}</label>
            <textarea
              id="finding-note"
              class="input"
              rows={2}
              maxLength={1000}
              value={said.note}
              placeholder={decide('note_hint')}
              data-testid="finding-note"
              onInput={(event) => change({ note: event.currentTarget.value })}
            />
          </div>
          {said.mark && <p class="small ok"><Icon name="check" /> {decide('mark_set')}</p>}
          <button type="button" class="button halt wide" disabled={lack !== null || busy} aria-describedby="send-back-why" data-testid="send-back" onClick={onSendBack}>
            <Icon name="undo-2" />
            <span>{said.about?.kind === 'answer' ? decide('send_back_answer') : decide('send_back_photo')}</span>
            <kbd>r</kbd>
          </button>
          <p class="small quiet" id="send-back-why" aria-live="polite">{lack === null ? decide('send_back_what') : decide(`lack_${lack}`)}</p>
        </>
      )}
    </div>
  );
}

function Findings({ view, onLook }: { readonly view: JobView; readonly onLook: (about: About) => void }) {
  const { state, job_id } = view.detail;
  if (state.findings.length === 0) return null;
  const close = async (findingId: string, verdict: 'accepted' | 'withdrawn'): Promise<void> => {
    try {
      await closeFinding(job_id, findingId, verdict, null);
    } catch (error) {
      toast(troubleOf(error).title);
    }
    await openJob(job_id);
  };
  return (
    <div class="stack tight" data-testid="findings">
      <h3>{decide('findings')}</h3>
      <ul class="lines">
        {state.findings.map((finding) => {
          const about: About = finding.photo_id === null
            ? { kind: 'answer', step_id: finding.step_id ?? '', unit_id: finding.unit_id, component: finding.component }
            : { kind: 'photo', photo_id: finding.photo_id };
          const tone = finding.status === 'closed' ? 'ok' : finding.status === 'answered' ? 'warn' : 'wait';
          const status = finding.status === 'closed' ? decide(`finding_closed_${finding.verdict ?? 'accepted'}`) : decide(`finding_${finding.status}`);
          return (
            <li key={finding.finding_id} class="finding" data-testid="finding" data-status={finding.status}>
              <div class="row"><Chip tone={tone} icon="flag">{status}</Chip></div>
              <button type="button" class="as-link" onClick={() => onLook(about)}>{aboutTitle(view, about)}</button>
              <p class="small">{[reasonWord.has(finding.reason) ? reasonWord(finding.reason) : finding.reason, finding.note].filter(Boolean).join(' · ')}</p>
              <p class="small quiet">{personName(view, finding.actor)} · {moment(finding.at)}</p>
              {finding.status !== 'closed' && mayDecide() && (
                <div class="row">
                  {finding.status === 'answered' && <Button testid="finding-accept" onTap={() => close(finding.finding_id, 'accepted')}>{decide('accept_answer')}</Button>}
                  <Button kind="link" testid="finding-withdraw" onTap={() => close(finding.finding_id, 'withdrawn')}>{decide('withdraw')}</Button>
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Whether the crew has been asked about this already and has not answered. */
export function isWithCrew(view: JobView, about: About | null): boolean {
  if (about === null) return false;
  return openFindings(view.detail.state).some((finding) =>
    about.kind === 'photo'
      ? finding.photo_id === about.photo_id
      : finding.photo_id === null && finding.step_id === about.step_id && finding.unit_id === about.unit_id && finding.component === about.component,
  );
}

export function aboutTitle(view: JobView, about: About | null): string {
  if (about === null) return decide('about_nothing');
  if (about.kind === 'photo') {
    const shot = view.shots.find((candidate) => newest(candidate).photo_id === about.photo_id);
    const photo = find(view.detail.state.photos, 'photo_id', about.photo_id);
    return decide('about_photo', { title: shot ? shotTitle(view, shot) : photo ? roleName(view, photo.role) : about.photo_id });
  }
  const step = view.laid.find((candidate) => candidate.step_id === about.step_id && candidate.unit_id === about.unit_id);
  const title = step ? pick(step.rule.title) : about.step_id;
  return decide('about_answer', { title: about.unit_id === null ? title : `${title} · ${unitName(view, about.unit_id)}` });
}
