/** Loading the van: every box of the day by its stop, the last stop first; each goes in by its code, or by hand with what was seen. */
import { useState } from 'preact/hooks';
import type { Unit } from '../../domain/job';
import { jobs, type JobView } from '../../state/jobs';
import { slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { categoryIcon, Icon } from '../parts/icon';
import { Chip, Notice } from '../parts/notice';
import { BoxSheet } from './box-sheet';
import { todays } from './day';
import { Frame } from './frame';
import { address, go } from './route';
import { countOf, isLoaded, toLoad, type Stop } from './van';
import { sayJob } from './words-job';
import { sayVan } from './words-van';
import { say } from './words';

export function LoadOut() {
  const today = todays(jobs.value);
  const stops = toLoad(today);
  const { loaded, all } = countOf(stops);
  const done = all > 0 && loaded === all;
  return (
    <Frame
      testid="load"
      title={sayVan('load_title')}
      under={all > 0 && <span class="figures" data-testid="load-count">{sayVan('load_count', { loaded, all })}</span>}
      actions={
        done || all === 0 ? (
          <Button kind="primary" icon="house" testid="load-done" onTap={() => go(address('today'))}>
            {say('to_today')}
          </Button>
        ) : (
          <Button kind="primary" icon="scan-barcode" testid="load-scan" onTap={() => go(address('van'))}>
            {sayVan('load_scan')}
          </Button>
        )
      }
    >
      {all === 0 && <Notice tone="ok" title={sayVan('load_none')} />}
      {done && <Notice tone="ok" title={sayVan('load_all')} testid="load-all" />}
      {all > 0 && !done && <p class="quiet">{sayVan('load_order')}</p>}
      {stops.map((stop) => (
        <StopCard key={stop.view.job_id} stop={stop} number={today.indexOf(stop.view) + 1} />
      ))}
    </Frame>
  );
}

function StopCard({ stop: { view, units }, number }: { readonly stop: Stop; readonly number: number }) {
  const [opened, setOpened] = useState<string | null>(null);
  const unit = units.find(({ unit_id }) => unit_id === opened);
  return (
    <section class="stack tight" data-testid="stop" data-job={view.job_id}>
      <h2 class="row">
        <span>{sayVan('stop', { n: number })}</span>
        <span class="quiet small figures">{[slotText(view.state.slot), view.state.customer?.name].filter(Boolean).join(' · ')}</span>
      </h2>
      <ul class="card rows">
        {units.map((each) => (
          <UnitRow key={each.unit_id} view={view} unit={each} word={sayVan(isLoaded(each) ? 'in_van' : 'not_in_van')} good={isLoaded(each)} onTap={() => setOpened(each.unit_id)} />
        ))}
      </ul>
      {unit && <BoxSheet view={view} unit={unit} way="in" onClose={() => setOpened(null)} />}
    </section>
  );
}

export function UnitRow({ unit, word, good, onTap }: { readonly view: JobView; readonly unit: Unit; readonly word: string; readonly good: boolean; readonly onTap: () => void }) {
  const serials = [unit.serial, ...unit.components.map((part) => part.serial)].filter((serial) => serial !== null);
  return (
    <li>
      <button type="button" class="step-row" data-testid="van-unit" data-unit={unit.unit_id} data-in={good} onClick={onTap}>
        <Icon name={categoryIcon(unit.category)} class="unit-icon" />
        <span class="grow">
          <strong class="block">{unit.name}</strong>
          {serials.length === 0 && <span class="small quiet block">{sayJob('no_serial')}</span>}
          {serials.map((serial) => (
            <span class="small quiet code block" key={serial}>
              {serial}
            </span>
          ))}
          {good ? <Chip tone="ok">{word}</Chip> : <Chip>{word}</Chip>}
        </span>
        <Icon name="chevron-right" class="quiet" />
      </button>
    </li>
  );
}
