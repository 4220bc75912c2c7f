/** Scanning a unit: the camera looks by itself; a match is short and green, another unit is a stop, the rest a sentence. */
import { useState } from 'preact/hooks';
import type { Read } from '../../device/scan-messages';
import { find } from '../../domain/job';
import { jobs, type JobView } from '../../state/jobs';
import { slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { Notice } from '../parts/notice';
import { toast } from '../parts/toast';
import { NoJob } from './job';
import { back, type Query } from './route';
import { save } from './saving';
import { factOf, judge, scannedAt, shownCode, unitWords, whySentence, worth, type Seen } from './scan-result';
import { tellRight, tellWrong } from './sounds';
import { useJob } from './use';
import { Viewfinder } from './viewfinder';
import { unitOf } from './work';
import { WrongUnit } from './wrong-unit';
import { sayCamera } from './words-camera';

export function ScanScreen({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  return view ? <UnitScan view={view} query={query} /> : <NoJob />;
}

type Shown = { readonly as: 'wrong' | 'unknown' | 'match'; readonly seen: Seen } | { readonly as: 'no_code' } | null;

function UnitScan({ view, query }: { readonly view: JobView; readonly query: Query }) {
  const unitId = query.unit || null;
  const stepId = query.id || null;
  const part = query.part || null;
  const unit = unitOf(view.state, unitId);
  const [shown, setShown] = useState<Shown>(null);

  const count = async (seen: Seen, forUnit: string | null): Promise<void> => {
    const fact = factOf(seen, { unit_id: forUnit, step_id: stepId, component: forUnit === unitId ? part : null });
    if (!(await save(view.job_id, 'unit.scanned', fact))) return setShown(null);
    if (seen.match.verdict === 'wrong') return setShown({ as: 'wrong', seen });
    setShown({ as: 'match', seen });
    toast([sayCamera('match', { what: unitWords(view, forUnit, fact.component ?? null) }), scannedWords(view, seen)].filter(Boolean).join(' '));
    // Another part of the same unit counts for itself; the one that was asked for is still looked for.
    setTimeout(() => (part === null || fact.component === part ? back() : setShown(null)), part === null || fact.component === part ? 500 : 1_500);
  };
  const meet = async (read: Read, method: Seen['method']): Promise<void> => {
    const seen = judge(read.text, read.symbology, method, view, unitId);
    if (seen.match.verdict === 'match') tellRight();
    else tellWrong();
    // Another unit of the same job is no mistake yet: the installer may simply have taken this one first.
    if (seen.match.verdict === 'unknown' || seen.match.belongs_to !== null) setShown({ as: seen.match.verdict === 'unknown' ? 'unknown' : 'wrong', seen });
    else await count(seen, seen.match.unit_id ?? unitId);
  };
  const wantedPart = unit && part !== null ? find(unit.components, 'component_id', part) : null;
  const wanted = unit ? [unit.name, wantedPart?.name, wantedPart ? wantedPart.serial : unit.serial].filter(Boolean).join(' · ') : '';
  return (
    <Viewfinder
      title={sayCamera('scan_title')}
      hint={sayCamera('scan_hint')}
      below={wanted && sayCamera('scan_for', { what: wanted })}
      good={shown?.as === 'match'}
      paused={shown !== null}
      rate={(read) => worth(judge(read.text, read.symbology, 'camera', view, unitId))}
      onRead={meet}
      onNoCode={() => setShown({ as: 'no_code' })}
    >
      {shown?.as === 'match' && <Notice tone="ok" alert title={sayCamera('match', { what: unitWords(view, shown.seen.match.unit_id ?? unitId, shown.seen.match.component) })} testid="scan-match" />}
      {shown?.as === 'no_code' && <ScanAnswer title={sayCamera('no_code')} onClose={() => setShown(null)} />}
      {shown?.as === 'unknown' && (
        <ScanAnswer title={sayCamera('unknown_title')} text={whySentence(shown.seen.parsed, shown.seen.match.why)} code={shownCode(shown.seen)} also={scannedWords(view, shown.seen)} onClose={() => setShown(null)}>
          {shown.seen.match.why === 'nothing_to_compare' && unitId !== null && (
            <Button kind="primary" testid="count-anyway" onTap={() => count(shown.seen, unitId)}>
              {sayCamera('unit_here', { name: unit?.name ?? '' })}
            </Button>
          )}
        </ScanAnswer>
      )}
      {shown?.as === 'wrong' && (
        <WrongUnit
          view={view}
          seen={shown.seen}
          unitId={unitId}
          onAgain={() => setShown(null)}
          onCountFor={(other) => count(judge(shown.seen.raw, shown.seen.symbology, shown.seen.method, view, other), other)}
        />
      )}
    </Viewfinder>
  );
}

/** That the same unit was scanned at another customer's today: one of the two is wrong, and only people can tell which. */
function scannedWords(view: JobView, { parsed }: Seen): string {
  const other = scannedAt(parsed, jobs.value, view.job_id);
  return other ? sayCamera('scanned_at', { name: other.state.customer?.name ?? '', slot: slotText(other.state.slot) }) : '';
}

export function ScanAnswer({ title, text, also = '', code, onClose, children }: {
  readonly title: string;
  readonly text?: string;
  readonly also?: string;
  readonly code?: string;
  readonly onClose: () => void;
  readonly children?: preact.ComponentChildren;
}) {
  return (
    <div class="vf-answer" data-testid="scan-unknown">
      <Notice tone="warn" alert title={title}>
        {text && <p>{text}</p>}
        {also && <p data-testid="scanned-at"><strong>{also}</strong></p>}
        {code && <p class="code small">{code}</p>}
        {children}
        <Button wide icon="scan-barcode" testid="scan-on" onTap={onClose}>
          {sayCamera('wrong_again')}
        </Button>
      </Notice>
    </div>
  );
}
