/** What happened, in the office's order, with what the phone's clock claimed beside when the office had it. */
import type { TimelineEntry } from '../../../state/console/shapes';
import { moment } from '../../i18n/format';
import { Icon } from '../../parts/icon';
import { ageOf, ageText } from '../age';
import { anomalyWords } from '../words-anomalies';
import { aboutText } from './about-text';
import { personName, phoneName, type JobView } from './view';
import { kindWord } from './words-kinds';
import { say } from './words';

export function Timeline({ view }: { readonly view: JobView }) {
  return (
    <div class="table-holder">
      <table class="timeline" data-testid="timeline">
        <thead>
          <tr>
            <th scope="col">{say('claimed')}</th>
            <th scope="col">{say('received')}</th>
            <th scope="col">{say('what')}</th>
            <th scope="col">{say('who')}</th>
          </tr>
        </thead>
        <tbody>
          {view.detail.timeline.map((entry) => <Entry key={entry.rev} view={view} entry={entry} />)}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ view, entry }: { readonly view: JobView; readonly entry: TimelineEntry }) {
  const isFact = entry.source === 'fact';
  const codes = new Set([...entry.flags, ...view.detail.state.anomalies.filter((anomaly) => anomaly.rev === entry.rev).map((anomaly) => anomaly.code)]);
  const about = aboutText(view, entry);
  return (
    <tr id={`rev-${entry.rev}`} class={isFact ? 'of-phone' : 'of-office'}>
      <td class="figures">{isFact ? moment(entry.at) : ''}</td>
      <td class="figures">
        {moment(entry.received_at)}
        {isFact && <span class="small quiet block">{delay(entry)}</span>}
      </td>
      <td>
        <strong>{kindWord.has(entry.kind) ? kindWord(entry.kind) : entry.kind}</strong>
        {about !== '' && <span class="block small">{about}</span>}
        {[...codes].map((code) => <span class="block small warn" key={code}><Icon name="triangle-alert" /> {anomalyWords(code).title}</span>)}
      </td>
      <td>
        {personName(view, entry.actor)}
        <span class="small quiet block">{isFact ? say('source_fact', { device: phoneName(view, entry.device_id) }) : say('source_decision')}</span>
      </td>
    </tr>
  );
}

/** How much later the office had it than the phone claims; empty for less than a minute. */
function delay(entry: TimelineEntry): string {
  const received_ms = Date.parse(entry.received_at);
  return ageOf(entry.at, received_ms).measure === 'now' ? '' : say('later', { age: ageText(entry.at, received_ms) });
}
