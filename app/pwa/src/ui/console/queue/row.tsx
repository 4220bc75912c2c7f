/** One job of the queue as a dense row; the whole row is a link. */
import type { JobNotice, JobRow } from '../../../state/console/shapes';
import { pick } from '../../i18n/catalogue';
import { day, slotText } from '../../i18n/format';
import { categoryIcon, Icon } from '../../parts/icon';
import { Chip } from '../../parts/notice';
import { ageOf, ageText } from '../age';
import { jobAddress } from '../route';
import { now_ms } from '../ticking';
import { anomalyWords } from '../words-anomalies';
import { stageWord } from '../words-trade';
import { ranked } from './risk';
import { say } from './words';

const ODD_SHOWN = 2;

export function Row({ row, marked }: { readonly row: JobRow; readonly marked: boolean }) {
  return (
    <li class={`job-row ${marked ? 'marked' : ''}`} data-testid="job-row" data-job={row.job_id} aria-current={marked ? 'true' : undefined}>
      <a href={jobAddress(row.job_id)} data-job-link={row.job_id}>
        <span class="cell who">
          <strong>{row.customer_name}</strong>
          <span class="quiet small">{[row.city, row.order_ref].filter(Boolean).join(' · ')}</span>
        </span>
        <span class="cell units">
          {unitGroups(row.units).map(({ name, category, n }) => (
            <span class="unit-name" key={name}>
              <Icon name={categoryIcon(category)} />
              <span>{n > 1 ? `${n} × ${name}` : name}</span>
            </span>
          ))}
        </span>
        <span class="cell notice-cell"><Odd row={row} /></span>
        <span class="cell photos"><Photos row={row} /></span>
        <span class="cell state">
          <span>{stageWord(row.stage)}</span>
          {row.crew.length > 0 && <span class="quiet small">{say('by', { names: row.crew.map((person) => person.name).join(', ') })}</span>}
        </span>
        <span class="cell age figures">
          {row.ended_at ? endedText(row.ended_at) : <Slot row={row} />}
        </span>
      </a>
    </li>
  );
}

function endedText(at: string): string {
  const age = ageText(at, now_ms.value);
  return ageOf(at, now_ms.value).measure === 'now' ? age : say('ended', { age });
}

function Slot({ row: { slot } }: { readonly row: JobRow }) {
  if (slot === null) return <span class="quiet small">{say('not_ended')}</span>;
  return <span class="quiet small"><span class="block">{day(slot.from)}</span>{slotText(slot)}</span>;
}

/** What is unusual about a job, in words. */
export function Odd({ row }: { readonly row: JobRow }) {
  const codes = ranked(row.anomalies);
  const rest = codes.length - ODD_SHOWN;
  if (codes.length === 0 && row.open_findings === 0 && row.notices.length === 0) return <span class="quiet small">{say('nothing_odd')}</span>;
  return (
    <>
      {row.notices.map((notice) => <Chip key={notice.code} tone="stop" testid={`notice-${notice.code}`}>{noticeText(notice)}</Chip>)}
      {row.open_findings > 0 && <Chip tone="wait" icon="flag">{say('findings', { n: row.open_findings })}</Chip>}
      {codes.slice(0, ODD_SHOWN).map((code) => <Chip key={code} tone="warn">{anomalyWords(code).title}</Chip>)}
      {rest > 0 && <span class="quiet small">{say('more_odd', { n: rest })}</span>}
    </>
  );
}

/** What happened, and why, as the crew or the customer said it. */
export function noticeText({ code, reason, title }: JobNotice): string {
  const why = title ? pick(title) : reason;
  return why ? say(code, { reason: why }) : say(`${code}_bare`);
}

/** How much of the evidence is here. */
export function Photos({ row }: { readonly row: JobRow }) {
  if (row.blobs_missing > 0) {
    return <Chip tone="wait" icon="smartphone" testid="missing">{say('missing', { n: row.blobs_missing, all: row.blobs_named })}</Chip>;
  }
  if (row.blobs_named === 0) return <span class="quiet small">{say('no_photos')}</span>;
  return <span class="small ok all-here"><Icon name="check" /> {say('all_here', { n: row.blobs_named })}</span>;
}

/** Units of the same name once, with their number. */
export function unitGroups(units: JobRow['units']): { name: string; category: string; n: number }[] {
  const groups = new Map<string, { name: string; category: string; n: number }>();
  for (const { name, category } of units) {
    const group = groups.get(name) ?? { name, category, n: 0 };
    group.n += 1;
    groups.set(name, group);
  }
  return [...groups.values()];
}
