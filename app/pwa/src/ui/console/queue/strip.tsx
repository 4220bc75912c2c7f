/** The queue beside a job: one narrow line a job, the present one marked. */
import { useEffect, useRef } from 'preact/hooks';
import { queue, wanted } from '../../../state/console/queue';
import type { JobRow } from '../../../state/console/shapes';
import { Icon } from '../../parts/icon';
import { ageText } from '../age';
import { jobAddress } from '../route';
import { now_ms } from '../ticking';
import { anomalyWords } from '../words-anomalies';
import { stageWord } from '../words-trade';
import { queueAddress } from './address';
import { ranked } from './risk';
import { noticeText, unitGroups } from './row';
import { say } from './words';

export function Strip({ jobId }: { readonly jobId: string }) {
  const rows = queue.value?.rows ?? [];
  const present = useRef<HTMLLIElement>(null);
  useEffect(() => present.current?.scrollIntoView({ block: 'nearest' }), [jobId, rows.length > 0]);
  const { tab } = wanted.value;
  return (
    <nav class="strip" aria-label={say('strip')} data-testid="strip">
      <a class="strip-back" href={queueAddress(wanted.value)} data-testid="to-queue">
        <Icon name="chevron-left" />
        <span>{say(`tab_${tab}`)}</span>
        <span class="quiet small">{say('count', { n: rows.length })}</span>
      </a>
      <ul>
        {rows.map((row) => (
          <li key={row.job_id} ref={row.job_id === jobId ? present : null}>
            <a href={jobAddress(row.job_id)} aria-current={row.job_id === jobId ? 'page' : undefined}>
              <span class="strip-line">
                <strong>{row.customer_name}</strong>
                {row.ended_at && <span class="quiet small figures">{ageText(row.ended_at, now_ms.value)}</span>}
              </span>
              <span class="small quiet">{unitGroups(row.units).map(({ name, n }) => (n > 1 ? `${n} × ${name}` : name)).join(', ')}</span>
              <StripWord row={row} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function StripWord({ row }: { readonly row: JobRow }) {
  const [worst] = ranked(row.anomalies);
  const [notice] = row.notices;
  if (notice) return <span class="small stop strip-word"><Icon name="octagon-x" />{noticeText(notice)}</span>;
  if (row.blobs_missing > 0) {
    return <span class="small wait strip-word"><Icon name="smartphone" />{say('missing_short', { n: row.blobs_missing, all: row.blobs_named })}</span>;
  }
  if (row.open_findings > 0) return <span class="small wait strip-word"><Icon name="flag" />{say('findings', { n: row.open_findings })}</span>;
  if (worst !== undefined) return <span class="small warn strip-word"><Icon name="triangle-alert" />{anomalyWords(worst).title}</span>;
  return <span class="small quiet">{stageWord(row.stage)}</span>;
}
