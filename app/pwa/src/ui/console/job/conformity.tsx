/** How the job keeps to each of its standards: what was met, what was left undone and why, what was broken and what is owed for it. */
import type { Broken, Excepted, LeftOut } from '../../../state/console/conformity';
import { pick } from '../../i18n/catalogue';
import { Icon } from '../../parts/icon';
import { Chip } from '../../parts/notice';
import { say as tell } from '../conformity/words';
import { reasonTitle } from './evidence';
import { isFailed, judged, type Judged } from './judged';
import { subjectName, type JobView } from './view';
import { say } from './words';

export function ConformityPart({ view }: { readonly view: JobView }) {
  const parts = judged(view.detail);
  if (isFailed(view.detail)) return <p class="quiet">{tell('failed')}</p>;
  if (parts.length === 0) return <p class="quiet">{say('no_standard')}</p>;
  return (
    <div class="stack tight" data-testid="job-conformity">
      {parts.some((part) => part.open > 0) && <p class="small quiet">{tell('so_far')}</p>}
      {parts.map((part) => <StandardPart key={part.standard_id} view={view} part={part} />)}
    </div>
  );
}

function StandardPart({ view, part }: { readonly view: JobView; readonly part: Judged }) {
  const keyOf = ({ step_id, unit_id, component }: LeftOut): string => [step_id, unit_id, component].join('/');
  return (
    <section class="card judged" data-testid="judged" data-standard={part.standard_id}>
      <div class="row apart">
        <h3>{pick(part.title) || part.standard_id} <span class="small quiet figures">{part.version}</span></h3>
        <div class="row">
          <Chip tone="ok">{tell('met')} {part.met}</Chip>
          {part.excepted.length > 0 && <Chip tone="warn">{tell('excepted')} {part.excepted.length}</Chip>}
          {part.left_out.length > 0 && <Chip icon="circle">{tell('left_out')} {part.left_out.length}</Chip>}
          {part.broken.length > 0 && <Chip tone="stop">{tell('broken')} {part.broken.length}</Chip>}
          {part.open > 0 && <Chip tone="wait">{tell('open')} {part.open}</Chip>}
        </div>
      </div>
      <ul>
        {part.broken.map((one) => <BrokenLine key={keyOf(one)} view={view} one={one} />)}
        {part.excepted.map((one) => <ExceptedLine key={keyOf(one)} view={view} one={one} />)}
        {part.left_out.map((one) => (
          <li key={keyOf(one)} data-testid="judged-left-out"><Icon name="circle" /><div><Rule view={view} one={one} /></div></li>
        ))}
      </ul>
    </section>
  );
}

function BrokenLine({ view, one }: { readonly view: JobView; readonly one: Broken }) {
  return (
    <li data-testid="judged-broken">
      <Icon name="octagon-x" class="stop" />
      <div>
        <Rule view={view} one={one} />
        <p class="small"><span class="stop">{tell(`why_${one.why}`)}</span> · {one.remedy ? tell('remedy', { text: pick(one.remedy.text) }) : <span class="quiet">{tell('remedy_none')}</span>}</p>
      </div>
    </li>
  );
}

function ExceptedLine({ view, one }: { readonly view: JobView; readonly one: Excepted }) {
  const step = view.laid.find((laid) => laid.step_id === one.step_id) ?? null;
  const reason = pick(reasonTitle(view.detail.standards, one.reason, step)) || one.reason;
  const needs = one.requires === 'customer' || one.requires === 'supervisor' ? tell(`requires_${one.requires}`) : '';
  return (
    <li data-testid="judged-excepted">
      <Icon name="triangle-alert" class="warn" />
      <div>
        <Rule view={view} one={one} />
        <p class="small">{[reason, needs].filter(Boolean).join(' · ')}{one.note && <span class="quiet"> ({one.note})</span>}</p>
      </div>
    </li>
  );
}

function Rule({ view, one }: { readonly view: JobView; readonly one: LeftOut }) {
  return (
    <p><strong>{pick(one.title)}</strong> <span class="small quiet">{one.unit_id !== null && `${subjectName(view, one)} · `}<span class="code">{one.step_id}</span></span></p>
  );
}
