/** Scanning boxes one after the other, into the van or out of it: each counts at once, and the camera looks on. */
import { useRef, useState } from 'preact/hooks';
import { SURE, type Read } from '../../device/scan-messages';
import { find } from '../../domain/job';
import { clearDraft, loadDraft, saveDraft } from '../../state/drafts';
import { jobs } from '../../state/jobs';
import { slotText } from '../i18n/format';
import { Notice } from '../parts/notice';
import { todays } from './day';
import { bringBack, load } from './handover';
import { back, type Query } from './route';
import { ScanAnswer } from './scan-screen';
import { whySentence } from './scan-result';
import { tellRight, tellWrong } from './sounds';
import { countOf, findUnit, isLoaded, isWhole, toBringBack, toLoad, type Found } from './van';
import { Viewfinder } from './viewfinder';
import { sayCamera } from './words-camera';
import { sayVan } from './words-van';

const SHOWN_MS = 1_800;
const WORTH: Readonly<Record<Found['as'], number>> = { unit: SURE, other: 1, unknown: 0 };

type Shown = { readonly as: 'good'; readonly text: string } | { readonly as: 'stop'; readonly title: string; readonly text: string; readonly code?: string } | null;

export function VanScan({ query }: { readonly query: Query }) {
  const wayBack = query.for === 'back';
  const stops = wayBack ? toBringBack(jobs.value) : toLoad(todays(jobs.value));
  const { loaded, all } = countOf(stops);
  const [shown, setShown] = useState<Shown>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const good = (text: string, isLast: boolean): void => {
    tellRight();
    setShown({ as: 'good', text });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => (isLast ? back() : setShown(null)), SHOWN_MS);
  };
  const stop = (title: string, text: string, code?: string): void => {
    tellWrong();
    setShown({ as: 'stop', title, text, ...(code !== undefined && { code }) });
  };
  const count = async ({ view, unit, component }: Extract<Found, { as: 'unit' }>): Promise<void> => {
    if (!wayBack && isLoaded(unit)) return good(sayVan('loaded_before', { name: unit.name }), false);
    const draft = `boxes ${unit.unit_id}`;
    const before = wayBack ? [] : (((await loadDraft(draft)) as string[] | null) ?? []);
    const seen = component === null ? before : [...new Set([...before, component])];
    if (!wayBack && component !== null && !isWhole(unit, seen)) {
      await saveDraft(draft, seen);
      const part = find(unit.components, 'component_id', component)?.name ?? component;
      return good(sayVan('loaded_part', { part, name: unit.name }), false);
    }
    if (!(await (wayBack ? bringBack : load)(view, unit))) return;
    await clearDraft(draft);
    good(sayVan(wayBack ? 'back_done' : 'loaded', { name: unit.name }), wayBack ? all === 1 : loaded + 1 === all);
  };
  const meet = async (read: Read): Promise<void> => {
    const found = findUnit(read.text, read.symbology, stops, jobs.value);
    if (found.as === 'unit') return count(found);
    const code = found.parsed.serial ?? found.parsed.unit_id ?? read.text.slice(0, 80);
    if (found.as === 'unknown') return stop(sayCamera('unknown_title'), whySentence(found.parsed, found.why), code);
    const { customer, slot } = found.owner?.state ?? {};
    const text = found.owner ? sayVan('other_job', { name: customer?.name ?? '', slot: slotText(slot ?? null) }) : sayVan('nobody');
    return stop(sayVan('leave_it'), text, code);
  };
  return (
    <Viewfinder
      title={sayVan(wayBack ? 'end_scan' : 'load_scan')}
      hint={sayVan(wayBack ? 'end_scan_hint' : 'load_scan_hint')}
      below={wayBack ? undefined : sayVan('load_count', { loaded, all })}
      good={shown?.as === 'good'}
      paused={shown !== null}
      rate={(read) => WORTH[findUnit(read.text, read.symbology, stops, jobs.value).as]}
      onRead={meet}
      onNoCode={() => stop(sayCamera('no_code'), '')}
    >
      {shown?.as === 'good' && <Notice tone="ok" alert title={shown.text} testid="scan-match" />}
      {shown?.as === 'stop' && <ScanAnswer title={shown.title} text={shown.text} {...(shown.code !== undefined && { code: shown.code })} onClose={() => setShown(null)} />}
    </Viewfinder>
  );
}
