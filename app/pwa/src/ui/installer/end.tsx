/** The end of the day: what is not ended, what is still in the van, what the office has not got. */
import { useState } from 'preact/hooks';
import { jobs } from '../../state/jobs';
import { status } from '../../state/sync-status';
import { slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { BoxSheet } from './box-sheet';
import { todays } from './day';
import { Frame } from './frame';
import { UnitRow } from './load';
import { address, go } from './route';
import { StageChip } from './today';
import { toBringBack } from './van';
import { isDone } from './work';
import { sayVan } from './words-van';
import { say } from './words';

export function EndOfDay() {
  const open = todays(jobs.value).filter(({ state }) => !isDone(state));
  const stops = toBringBack(jobs.value);
  const [opened, setOpened] = useState<string | null>(null);
  const { pending } = status.value;
  const found = stops.flatMap(({ view, units }) => units.map((unit) => ({ view, unit }))).find(({ unit }) => unit.unit_id === opened);
  return (
    <Frame
      testid="end"
      title={sayVan('end_title')}
      actions={
        stops.length > 0 ? (
          <Button kind="primary" icon="scan-barcode" testid="end-scan" onTap={() => go(address('van', '', { for: 'back' }))}>
            {sayVan('end_scan')}
          </Button>
        ) : (
          <Button kind="primary" icon={pending > 0 ? 'refresh-cw' : 'house'} testid="end-next" onTap={() => go(address(pending > 0 ? 'safe' : 'today'))}>
            {pending > 0 ? sayVan('end_to_safe') : say('to_today')}
          </Button>
        )
      }
    >
      {open.length === 0 && stops.length === 0 && pending === 0 ? (
        <Notice tone="ok" title={sayVan('end_ready')} testid="end-ready">
          <p>{sayVan('end_ready_text')}</p>
        </Notice>
      ) : (
        <>
          <Notice tone={open.length > 0 ? 'warn' : 'ok'} title={open.length > 0 ? sayVan('end_open', { n: open.length }) : sayVan('end_done')} testid="end-open" />
          {open.length > 0 && (
            <ul class="card rows">
              {open.map((view) => (
                <li key={view.job_id}>
                  <a class="step-row" href={address('job', view.job_id)}>
                    <span class="grow">
                      <span class="row apart">
                        <strong>{view.state.customer?.name}</strong>
                        <StageChip view={view} />
                      </span>
                      <span class="small quiet figures">{slotText(view.state.slot)}</span>
                    </span>
                    <Icon name="chevron-right" />
                  </a>
                </li>
              ))}
            </ul>
          )}
          <section class="stack tight">
            <h2>{sayVan('end_back')}</h2>
            {stops.length === 0 && <p class="quiet">{sayVan('end_back_none')}</p>}
            {stops.length > 0 && (
              <ul class="card rows">
                {stops.flatMap(({ view, units }) => units.map((unit) => <UnitRow key={unit.unit_id} view={view} unit={unit} word={sayVan('in_van')} good={false} onTap={() => setOpened(unit.unit_id)} />))}
              </ul>
            )}
          </section>
          <Notice tone={pending > 0 ? 'wait' : 'ok'} title={pending > 0 ? sayVan('end_unsent', { n: pending }) : sayVan('end_sent')} testid="end-unsent" />
        </>
      )}
      {found && <BoxSheet view={found.view} unit={found.unit} way="back" onClose={() => setOpened(null)} />}
    </Frame>
  );
}
