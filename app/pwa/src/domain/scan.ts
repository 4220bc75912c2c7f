/**
 * What a scanned or typed code means, and whether it belongs to a job (PROTOCOL F11).
 *
 * The same functions stand in `app/domain/scan.py`; `tests/vectors/scan` holds both to it. Scanned text is hostile: it is
 * never followed, and what comes out of here has been matched against narrow patterns.
 */
import { elements, FNC1, gtin14, linkElements } from './gs1';
import { find, type JobState, type Unit } from './jobState';
import type { Verdict } from './kinds';
import { isSerial, normalSerial } from './serial';

export const RAW_LENGTH_MAX = 512;

/** Why a code is of no use, and why one names only a model. The screens have a sentence for each. */
export const UNUSABLE_REASONS = [
  'empty',
  'too_long',
  'hidden_characters',
  'web_address',
  'command',
  'bad_gs1',
  'bad_check_digit',
  'odd_serial',
  'other_text',
] as const;
export const MODEL_REASONS = ['model_barcode', 'energy_label', 'no_serial'] as const;
/** Why `match` says what it says, besides the reasons above. */
export const MATCH_REASONS = [
  'label',
  'serial',
  'gtin',
  'other_unit',
  'other_serial',
  'other_model',
  'not_in_job',
  'model_only',
  'several_units',
  'nothing_to_compare',
] as const;

export type UnusableReason = (typeof UNUSABLE_REASONS)[number];
export type ModelReason = (typeof MODEL_REASONS)[number];
export type MatchReason = (typeof MATCH_REASONS)[number] | UnusableReason;

/** `gtin` has 14 digits, `serial` is in normal form. */
export type Parsed =
  | { kind: 'label'; gtin: null; serial: null; unit_id: string; reason: null }
  | { kind: 'unit'; gtin: string; serial: string; unit_id: null; reason: null }
  | { kind: 'serial'; gtin: null; serial: string; unit_id: null; reason: null }
  | { kind: 'model'; gtin: string | null; serial: null; unit_id: null; reason: ModelReason }
  | { kind: 'unusable'; gtin: null; serial: null; unit_id: null; reason: UnusableReason };

/**
 * `expected` is the serial that was looked for; `belongs_to` is the other unit of the job whose code this is, when it is `wrong`
 * for that.
 */
export interface Match {
  verdict: Verdict;
  unit_id: string | null;
  component: string | null;
  why: MatchReason;
  expected: string | null;
  belongs_to: string | null;
}

/** Controls but FNC1, halves of pairs, and marks that change what is seen without being seen. */
const HIDDEN =
  /[\x00-\x1c\x1e\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e0fff}]/u;
const URL_FORM = /^https?:\/\/([A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(\/[^?#]*)?(?:[?#].*)?$/i;
const COMMAND = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const LABEL = /^\/l\/([A-Za-z0-9_.:-]{1,64})$/;
const GS1_PREFIX = /^\](?:d2|C1|Q3|e0|J1)/;
const GS1_SERIAL = /^[A-Z0-9][A-Z0-9\-./_]{0,19}$/;
const BRACKETED = /^\([0-9]{2,4}\)/;
const MODEL_SYMBOLOGIES = ['EAN13', 'EAN8', 'UPCA', 'ITF14'];
const ENERGY_LABEL_HOST = 'eprel.ec.europa.eu';

/**
 * What a code says.
 *
 * @param symbology the decoder's name for it (`QRCode`, `EAN-13`, …) or `typed`
 */
export function parse(raw: string, symbology: string): Parsed {
  if (raw.length > 2 * RAW_LENGTH_MAX || [...raw].length > RAW_LENGTH_MAX) return unusable('too_long');
  const text = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  if (text === '') return unusable('empty');
  if (HIDDEN.test(text)) return unusable('hidden_characters');
  const decoder = normalSerial(symbology).replace(/[^A-Z0-9]/g, '');
  // The digits of a UPC-E are a squeezed GTIN, which nobody prints on an appliance.
  if (decoder === 'UPCE') return model(null, 'model_barcode');
  if (MODEL_SYMBOLOGIES.includes(decoder)) return barcode(text);
  if (text.includes(FNC1) || GS1_PREFIX.test(text) || BRACKETED.test(text)) return gs1(elements(text.replace(GS1_PREFIX, '')));
  if (/^https?:\/\//i.test(text)) return address(text);
  return plainText(text);
}

/**
 * Whether a parsed code belongs to a unit of the job.
 *
 * @param unitId the unit that the code is compared with; null for all of the job's
 */
export function match(parsed: Parsed, state: JobState, unitId: string | null = null): Match {
  const aimed = state.units.filter((unit) => unitId === null || unit.unit_id === unitId);
  if (parsed.kind === 'unusable') return verdict('unknown', unitId, parsed.reason);
  if (parsed.kind === 'label') return matchLabel(parsed.unit_id, state, aimed, unitId);
  if (parsed.serial !== null) {
    const here = serials(aimed).find(({ serial }) => normalSerial(serial) === parsed.serial);
    if (here !== undefined) {
      return verdict('match', here.unit.unit_id, 'serial', { component: here.component, expected: here.serial });
    }
    const other = serials(state.units).find(({ serial }) => normalSerial(serial) === parsed.serial);
    if (other !== undefined) {
      return verdict('wrong', unitId, 'other_unit', { expected: expectedOf(aimed), belongs_to: other.unit.unit_id });
    }
  }
  return matchModel(parsed, aimed, unitId);
}

function unusable(reason: UnusableReason): Parsed {
  return { kind: 'unusable', gtin: null, serial: null, unit_id: null, reason };
}

function model(gtin: string | null, reason: ModelReason): Parsed {
  return { kind: 'model', gtin, serial: null, unit_id: null, reason };
}

function barcode(text: string): Parsed {
  if (!/^[0-9]{6,14}$/.test(text)) return unusable('other_text');
  const gtin = gtin14(text);
  return gtin === null ? unusable('bad_check_digit') : model(gtin, 'model_barcode');
}

function gs1(found: Map<string, string> | null): Parsed {
  const named = found?.get('01');
  if (named === undefined) return unusable('bad_gs1');
  const gtin = gtin14(named);
  if (gtin === null) return unusable('bad_check_digit');
  const numbered = found?.get('21');
  if (numbered === undefined) return model(gtin, 'no_serial');
  const serial = normalSerial(numbered);
  return GS1_SERIAL.test(serial) ? { kind: 'unit', gtin, serial, unit_id: null, reason: null } : unusable('odd_serial');
}

function address(text: string): Parsed {
  const [, host, path = '/'] = URL_FORM.exec(text) ?? [];
  if (host === undefined) return unusable('web_address');
  if (host.toLowerCase() === ENERGY_LABEL_HOST) return model(null, 'energy_label');
  const unitId = LABEL.exec(path)?.[1];
  if (unitId !== undefined) return { kind: 'label', gtin: null, serial: null, unit_id: unitId, reason: null };
  const found = linkElements(path);
  return found === null ? unusable('web_address') : gs1(found);
}

function plainText(text: string): Parsed {
  if (/^www\./i.test(text)) return unusable('web_address');
  const found = text.startsWith('01') ? elements(text) : null;
  if (found !== null && found.has('21') && gtin14(found.get('01') ?? '') !== null) return gs1(found);
  if (COMMAND.test(text)) return unusable('command');
  const serial = normalSerial(text);
  return isSerial(serial) ? { kind: 'serial', gtin: null, serial, unit_id: null, reason: null } : unusable('other_text');
}

function verdict(
  said: Verdict,
  unitId: string | null,
  why: MatchReason,
  more: Partial<Pick<Match, 'component' | 'expected' | 'belongs_to'>> = {},
): Match {
  return { verdict: said, unit_id: unitId, component: null, why, expected: null, belongs_to: null, ...more };
}

function matchLabel(labelled: string, state: JobState, aimed: readonly Unit[], unitId: string | null): Match {
  if (find(aimed, 'unit_id', labelled) !== null) return verdict('match', labelled, 'label');
  const expected = expectedOf(aimed);
  if (find(state.units, 'unit_id', labelled) === null) return verdict('wrong', unitId, 'not_in_job', { expected });
  return verdict('wrong', unitId, 'other_unit', { expected, belongs_to: labelled });
}

/** Compare by model, which settles it only for units whose serial nobody knows beforehand. */
function matchModel(parsed: Parsed, aimed: readonly Unit[], unitId: string | null): Match {
  const expected = expectedOf(aimed);
  const { gtin } = parsed;
  const typedGtin = gtin14(parsed.serial ?? '');
  const isModel = parsed.kind === 'model' || (typedGtin !== null && aimed.some((unit) => gtin14(unit.gtin) === typedGtin));
  const openUnits = aimed.filter((unit) => !isNumbered(unit));
  if (openUnits.length === 0) {
    if (isModel) return verdict('unknown', unitId, 'model_only', { expected });
    return verdict('wrong', unitId, unitId === null || aimed.length === 0 ? 'not_in_job' : 'other_serial', { expected });
  }
  const [same, ...others] = openUnits.filter((unit) => gtin !== null && gtin14(unit.gtin) === gtin);
  if (same !== undefined) return others.length === 0 ? verdict('match', same.unit_id, 'gtin') : verdict('unknown', unitId, 'several_units');
  // The parts of a set have GTINs of their own, so only a unit in one piece is told apart by its GTIN.
  if (gtin !== null && openUnits.every((unit) => gtin14(unit.gtin) !== null && unit.components.length === 0)) {
    return verdict('wrong', unitId, 'other_model', { expected });
  }
  return verdict('unknown', unitId, isModel ? 'model_only' : 'nothing_to_compare', { expected });
}

/** Each known serial of the units, with its unit and component. */
function serials(units: readonly Unit[]): { unit: Unit; component: string | null; serial: string }[] {
  return units.flatMap((unit) => [
    ...(unit.serial === null ? [] : [{ unit, component: null, serial: unit.serial }]),
    ...unit.components.flatMap(({ component_id: component, serial }) => (serial === null ? [] : [{ unit, component, serial }])),
  ]);
}

/** Whether the serial of each label on a unit is known: those of its components, or its own when it has none. */
function isNumbered(unit: Unit): boolean {
  return unit.components.length === 0 ? unit.serial !== null : unit.components.every((part) => part.serial !== null);
}

function expectedOf(units: readonly Unit[]): string | null {
  return units.length === 1 ? (serials(units)[0]?.serial ?? null) : null;
}
