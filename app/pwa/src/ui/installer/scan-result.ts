/** What a read code means for a job, and for the other jobs of the day. Pure functions. */
import { SURE } from '../../device/scan-messages';
import { match, parse, type Match, type Parsed } from '../../domain/scan';
import { normalSerial } from '../../domain/serial';
import type { Key } from '../../domain/checklist';
import { find, type Unit } from '../../domain/job';
import type { Kinds } from '../../domain/kinds';
import type { JobView } from '../../state/jobs';
import { sayCamera } from './words-camera';

export interface Seen {
  readonly raw: string;
  readonly symbology: string;
  readonly method: 'camera' | 'photo' | 'typed';
  readonly parsed: Parsed;
  readonly match: Match;
}

export function judge(raw: string, symbology: string, method: Seen['method'], view: JobView, unitId: string | null): Seen {
  const parsed = parse(raw, symbology);
  return { raw, symbology, method, parsed, match: match(parsed, view.state, unitId) };
}

/** How much a code is worth beside others in the same picture: the unit's own, one that names a unit or its serial, one that does not. */
export function worth({ parsed, match: said }: Pick<Seen, 'parsed' | 'match'>): number {
  if (said.verdict === 'match') return SURE;
  return parsed.serial !== null || parsed.kind === 'label' ? 1 : 0;
}

/** The fact to record about a scan, for the unit that it counts for. */
export function factOf(seen: Seen, { unit_id, step_id, component }: Key): Kinds['unit.scanned'] {
  const { parsed, match: said } = seen;
  return {
    unit_id,
    // A part's own serial says which part it is; where the order has none, it is the part that was asked for.
    component: said.component ?? component,
    step_id,
    raw: seen.raw,
    symbology: seen.symbology.slice(0, 24),
    method: seen.method,
    gtin: parsed.gtin,
    serial: parsed.serial,
    verdict: said.verdict,
  };
}

/** The job of this phone, other than the given one, that ordered the unit of a code. */
export function ownerOf(parsed: Parsed, views: readonly JobView[], notJobId: string): { view: JobView; unit: Unit } | null {
  for (const view of views) {
    if (view.job_id === notJobId) continue;
    const unit = view.state.units.find((each) => isOf(parsed, each));
    if (unit) return { view, unit };
  }
  return null;
}

/** The other job of this phone at which a serial was scanned already, as that customer's unit. */
export function scannedAt({ serial }: Parsed, views: readonly JobView[], notJobId: string): JobView | null {
  if (serial === null) return null;
  return views.find((view) => view.job_id !== notJobId && view.state.scans.some((scan) => scan.serial === serial && scan.verdict !== 'wrong')) ?? null;
}

function isOf(parsed: Parsed, unit: Unit): boolean {
  if (parsed.kind === 'label') return unit.unit_id === parsed.unit_id;
  const serials = [unit.serial, ...unit.components.map((part) => part.serial)];
  return parsed.serial !== null && serials.some((serial) => serial !== null && normalSerial(serial) === parsed.serial);
}

/** Why a code does not help, as a sentence. */
export function whySentence(parsed: Parsed, why: Match['why']): string {
  if (parsed.reason === 'energy_label') return sayCamera('why_energy_label');
  const key = `why_${why}`;
  return sayCamera.has(key) ? sayCamera(key as 'why_other_text') : sayCamera('why_other_text');
}

/** What to show of a code to a person. Its text is shown, never followed. */
export function shownCode(seen: Seen): string {
  return seen.parsed.serial ?? seen.parsed.unit_id ?? seen.raw.slice(0, 80);
}

/** The name of a unit, with the part that was read. */
export function unitWords(view: JobView, unitId: string | null, component: string | null): string {
  const unit = unitId === null ? null : find(view.state.units, 'unit_id', unitId);
  const part = unit && component !== null ? find(unit.components, 'component_id', component) : null;
  return [unit?.name, part?.name].filter(Boolean).join(' · ');
}
