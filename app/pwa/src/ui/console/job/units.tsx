/** Units as ordered beside units as scanned, and who held them. */
import type { Scan, Unit } from '../../../domain/job';
import { normalSerial } from '../../../domain/serial';
import { categoryIcon, Icon } from '../../parts/icon';
import { Chip, type Tone } from '../../parts/notice';
import { labelsAddress } from '../route';
import { conditionWord, holderWord, methodWord } from '../words-trade';
import { issueTitle, scansOf } from './evidence';
import { UnitDamage } from './unit-damage';
import { personName, times, unitName, type JobView } from './view';
import { say } from './words';

export function Units({ view }: { readonly view: JobView }) {
  const { state, job_id } = view.detail;
  return (
    <div class="stack">
      <ul class="unit-cards">
        {state.units.map((unit) => <UnitCard key={unit.unit_id} view={view} unit={unit} />)}
      </ul>
      {state.handovers.length > 0 && (
        <section class="stack tight">
          <h3>{say('handovers')}</h3>
          <ul class="lines">
            {state.handovers.map((handover) => (
              <li key={handover.event_id}>
                <strong>{say('handover', { from: holderWord(handover.from), to: holderWord(handover.to) })}</strong> · {conditionWord(handover.condition)}
                <p class="small quiet">{handover.unit_ids.map((id) => unitName(view, id)).join(', ')} · {personName(view, handover.actor)} · {times(view, handover)}</p>
                {handover.note && <p class="small">{handover.note}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {state.issues.length > 0 && (
        <section class="stack tight">
          <h3>{say('issues')}</h3>
          <ul class="lines">
            {state.issues.map((issue) => (
              <li key={issue.issue_id}>
                <strong>{issueTitle(view, issue.code)}</strong> {issue.note}
                <p class="small quiet">{unitName(view, issue.unit_id)} · {personName(view, issue.actor)} · {times(view, issue)}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p><a href={labelsAddress(job_id)} target="_blank" rel="noopener" data-testid="labels">{say('labels')}</a></p>
    </div>
  );
}

function UnitCard({ view, unit }: { readonly view: JobView; readonly unit: Unit }) {
  const scans = scansOf(view.detail.state, unit.unit_id);
  return (
    <li class="card unit-card" data-testid="unit">
      <h3><Icon name={categoryIcon(unit.category)} /> {unit.name}</h3>
      <dl class="facts">
        <dt>{say('serial_expected')}</dt>
        <dd class="code">{unit.serial ?? say('serial_none')}</dd>
        {unit.components.map((part) => [
          <dt key={`${part.component_id}-name`}>{part.name}</dt>,
          <dd class="code" key={part.component_id}>{part.serial ?? say('serial_none')}</dd>,
        ])}
        <dt>{say('gtin')}</dt>
        <dd class="code">{unit.gtin}</dd>
        {unit.holder && [<dt key="holder">{say('holder')}</dt>, <dd key="who" data-testid="holder">{holderWord(unit.holder)}</dd>]}
      </dl>
      <UnitDamage view={view} unitId={unit.unit_id} />
      <h4 class="label quiet">{say('scans')}</h4>
      {scans.length === 0 && <p class="small quiet">{say('no_scans')}</p>}
      <ul class="lines">
        {scans.map((scan) => <ScanLine key={scan.event_id} view={view} unit={unit} scan={scan} />)}
      </ul>
    </li>
  );
}

function ScanLine({ view, unit, scan }: { readonly view: JobView; readonly unit: Unit; readonly scan: Scan }) {
  const [tone, word] = judged(unit, scan);
  return (
    <li data-testid="scan">
      <div class="row">
        <Chip tone={tone}>{word}</Chip>
        <strong class="code">{scan.serial ?? say('scan_no_serial')}</strong>
      </div>
      <p class="small quiet">{methodWord(scan.method)}, {scan.symbology} · {personName(view, scan.actor)} · {times(view, scan)}</p>
    </li>
  );
}

export function judged(unit: Unit, scan: Scan): [Tone, string] {
  const part = scan.component === null ? unit : unit.components.find((component) => component.component_id === scan.component);
  const expected = part?.serial ?? null;
  if (scan.verdict === 'wrong') return ['stop', say('scan_wrong')];
  if (scan.serial !== null && expected !== null && normalSerial(scan.serial) !== normalSerial(expected)) return ['stop', say('scan_differs')];
  return scan.verdict === 'match' ? ['ok', say('scan_match')] : ['warn', say('scan_unknown')];
}
