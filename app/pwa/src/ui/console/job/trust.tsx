/** What is unusual, each with why it is not proof; whether the logs are intact; what is in quarantine. */
import type { Anomaly } from '../../../domain/job';
import { moment } from '../../i18n/format';
import { Chip, Notice } from '../../parts/notice';
import { anomalyWords } from '../words-anomalies';
import { ranked } from '../queue/risk';
import { phoneName, type JobView } from './view';
import { chainFault, say } from './words';

export function Trust({ view }: { readonly view: JobView }) {
  return (
    <div class="stack">
      <Anomalies view={view} />
      <Chain view={view} />
      <Quarantine view={view} />
    </div>
  );
}

function Anomalies({ view }: { readonly view: JobView }) {
  const { anomalies } = view.detail.state;
  const codes = ranked(anomalies.map((anomaly) => anomaly.code));
  return (
    <section class="stack tight" data-testid="anomalies">
      <h3>{say('anomalies')}</h3>
      {anomalies.length === 0 && <p class="quiet">{say('no_anomalies')}</p>}
      {codes.map((code) => <Odd key={code} code={code} anomalies={anomalies.filter((anomaly) => anomaly.code === code)} />)}
    </section>
  );
}

function Odd({ code, anomalies }: { readonly code: string; readonly anomalies: readonly Anomaly[] }) {
  const words = anomalyWords(code);
  return (
    <Notice tone="warn" title={words.title} testid="anomaly">
      {words.text !== '' && <p class="small">{words.text}</p>}
      {words.notProof !== '' && <p class="small"><em>{say('not_proof', { text: words.notProof })}</em></p>}
      <p class="small row">
        {anomalies.map(({ rev, event_id }) => <a key={event_id} href={`#rev-${rev}`}>{say('go_to_event', { rev })}</a>)}
      </p>
    </Notice>
  );
}

function Chain({ view }: { readonly view: JobView }) {
  const { ok, devices } = view.detail.chain;
  return (
    <section class="stack tight" data-testid="chain">
      <h3>{say('chain')}</h3>
      <Notice tone={ok ? 'ok' : 'stop'} title={ok ? say('chain_ok') : say('chain_broken')} />
      <ul class="lines">
        {devices.map((part) => {
          const span = { label: part.label, from: part.from_seq, to: part.to_seq };
          return (
            <li key={`${part.device_id}/${part.epoch}`} class="row">
              <Chip tone={part.ok ? 'ok' : 'stop'}>{part.ok ? say('intact') : say('damaged')}</Chip>
              <span>{part.epoch === 1 ? say('chain_part', span) : say('chain_part_epoch', { ...span, epoch: part.epoch })}</span>
              {part.why !== null && <span class="stop">{whyText(part.why)}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function whyText(code: string): string {
  return chainFault.has(code) ? chainFault(code) : say('why_other', { code });
}

function Quarantine({ view }: { readonly view: JobView }) {
  const { quarantined } = view.detail;
  return (
    <section class="stack tight" data-testid="quarantine">
      <h3>{say('quarantine')}</h3>
      <p class="small quiet">{quarantined.length === 0 ? say('quarantine_none') : say('quarantine_text')}</p>
      {quarantined.map((item) => {
        const words = anomalyWords(item.reason);
        return (
          <Notice key={`${item.device_id}/${item.epoch}/${item.seq}`} tone="warn" title={words.title}>
            <p class="small">{say('quarantine_item', { phone: phoneName(view, item.device_id), seq: item.seq })} · {moment(item.received_at)}</p>
            <p class="small">{words.text}</p>
            {words.notProof !== '' && <p class="small"><em>{say('not_proof', { text: words.notProof })}</em></p>}
          </Notice>
        );
      })}
    </section>
  );
}
