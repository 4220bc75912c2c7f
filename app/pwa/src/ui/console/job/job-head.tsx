/** Whose job it is, where and when, and where one is in the queue. */
import { queue, wanted } from '../../../state/console/queue';
import { day, slotText } from '../../i18n/format';
import { RoundButton } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Chip, type Tone } from '../../parts/notice';
import type { Stage } from '../../../domain/job';
import { queueAddress } from '../queue/address';
import { say as inQueue } from '../queue/words';
import { serviceWord, stageWord } from '../words-trade';
import { NextVisit } from './next-visit';
import { personName, type JobView } from './view';
import { say } from './words';

const TONES: Readonly<Partial<Record<Stage, Tone>>> = { finished: 'ok', failed: 'warn', returned: 'wait', approved: 'ok', sealed: 'ok', cancelled: 'stop' };

export function JobHead({ view, onTurn }: { readonly view: JobView; readonly onTurn: (by: 1 | -1) => void }) {
  const { state, station } = view.detail;
  const { customer, address, slot } = state;
  const tone = TONES[state.stage];
  return (
    <header class="job-title">
      <div class="job-title-line">
        <a class="button round narrow-only" href={queueAddress(wanted.value)} aria-label={inQueue('title')}><Icon name="chevron-left" /></a>
        <h1 data-testid="customer">{customer?.name ?? view.detail.job_id}</h1>
        <Chip {...(tone ? { tone } : {})} testid="stage">{stageWord(state.stage)}</Chip>
        <Position jobId={view.detail.job_id} onTurn={onTurn} />
      </div>
      <p class="job-facts small">
        {state.order_ref && <span>{say('order', { ref: state.order_ref })}</span>}
        {slot && <span>{day(slot.from)} {slotText(slot)}</span>}
        {state.services.length > 0 && <span>{state.services.map((service) => (serviceWord.has(service) ? serviceWord(service) : service)).join(', ')}</span>}
        {state.crew.length > 0 && <span>{state.crew.map((id) => personName(view, id)).join(', ')}{station && `, ${station.name}`}</span>}
        {address && <span>{[...address.lines, address.postcode, address.city].filter(Boolean).join(', ')}</span>}
        {customer && <a href={`tel:${customer.phone}`}>{say('call', { phone: customer.phone })}</a>}
      </p>
      <NextVisit view={view} />
      {[...state.notes.map((note) => note.text), state.note].filter(Boolean).map((text) => <p class="small job-note" key={text}><Icon name="message-square" /> {text}</p>)}
    </header>
  );
}

function Position({ jobId, onTurn }: { readonly jobId: string; readonly onTurn: (by: 1 | -1) => void }) {
  const ids = queue.value?.rows.map((row) => row.job_id) ?? [];
  const at = ids.indexOf(jobId);
  if (at < 0) return null;
  return (
    <div class="position small quiet">
      <RoundButton icon="chevron-left" label={say('previous_job')} testid="previous-job" onTap={() => onTurn(-1)} />
      <span class="figures">{inQueue('position', { n: at + 1, all: ids.length })}</span>
      <RoundButton icon="chevron-right" label={say('next_job')} testid="next-job" onTap={() => onTurn(1)} />
    </div>
  );
}
