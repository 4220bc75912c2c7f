/**
 * GS1's ways of writing a GTIN and a serial: element strings and Digital Link paths (GS1 General Specifications, section 3).
 *
 * The same functions stand in `app/domain/gs1.py`. Values are attacker's text until `parse` in `scan.ts` has judged them, so they
 * are kept in Maps: an object would have names of its own.
 */

export const FNC1 = '\x1d';

/** The lengths of the identifiers that need no separator behind them, by their first two digits: of the value. */
const FIXED = new Map<string, number>([
  ['00', 18],
  ['01', 14],
  ['02', 14],
  ['03', 14],
  ['04', 16],
  ['20', 2],
  ['41', 13],
  ...['11', '12', '13', '14', '15', '16', '17', '18', '19', '31', '32', '33', '34', '35', '36'].map((first): [string, number] => [first, 6]),
]);
/** The lengths of identifiers that have more than two digits, by their first two. */
const NAME_LENGTHS = new Map<string, number>([
  ...['23', '24', '25', '40', '41', '42', '71'].map((first): [string, number] => [first, 3]),
  ...['31', '32', '33', '34', '35', '36', '39', '43', '70', '72', '80', '81', '82'].map((first): [string, number] => [first, 4]),
]);
/** What may stand in a Digital Link: the GTIN, and the qualifiers behind it. */
const LINKED = ['01', '22', '10', '21', '235'];

/** Whether a text is a GTIN of 8, 12, 13 or 14 digits whose check digit is right. */
export function gtinIsValid(gtin: string): boolean {
  if (!/^(?:[0-9]{8}|[0-9]{12,14})$/.test(gtin)) return false;
  const digits = [...gtin].reverse().map(Number);
  return digits.reduce((sum, digit, place) => sum + digit * (place % 2 === 1 ? 3 : 1), 0) % 10 === 0;
}

/** A GTIN padded to 14 digits, or null when the text is none. */
export function gtin14(gtin: string): string | null {
  return gtinIsValid(gtin) ? gtin.padStart(14, '0') : null;
}

/**
 * The identifiers and values of an element string, with FNC1 between them or in brackets; null when it is none.
 *
 * An identifier that stands there twice makes it none.
 */
export function elements(text: string): Map<string, string> | null {
  const pairs = text.startsWith('(') ? bracketed(text) : plain(text);
  const found = new Map(pairs ?? []);
  return pairs !== null && pairs.length > 0 && found.size === pairs.length ? found : null;
}

/**
 * The identifiers and values at the end of a Digital Link's path, or null when there is no GTIN in it.
 *
 * The GTIN may stand behind any other folders; behind it come only qualifiers, each with a value.
 */
export function linkElements(path: string): Map<string, string> | null {
  const parts = path.replace(/\/+$/, '').split('/');
  const found = new Map<string, string>();
  while (parts.length >= 2) {
    const value = unescaped(parts.pop() ?? '');
    const name = parts.pop() ?? '';
    if (value === null || found.has(name) || !LINKED.includes(name)) return null;
    found.set(name, value);
    if (name === '01') return found;
  }
  return null;
}

function bracketed(text: string): [string, string][] | null {
  const pairs = [...text.matchAll(/\(([0-9]{2,4})\)([^()]+)/g)].map(([, name = '', value = '']): [string, string] => [name, value]);
  return pairs.map(([name, value]) => `(${name})${value}`).join('') === text ? pairs : null;
}

function plain(text: string): [string, string][] | null {
  const pairs: [string, string][] = [];
  let rest = withoutFnc1(text);
  while (rest !== '') {
    const first = rest.slice(0, 2);
    const name = rest.slice(0, NAME_LENGTHS.get(first) ?? 2);
    const behind = rest.slice(name.length);
    const size = FIXED.get(first);
    const value = size === undefined ? (behind.split(FNC1, 1)[0] ?? '') : behind.slice(0, size);
    if (!/^[0-9]+$/.test(name) || value === '' || value.includes(FNC1) || (size !== undefined && value.length < size)) return null;
    pairs.push([name, value]);
    rest = withoutFnc1(behind.slice(value.length));
  }
  return pairs;
}

function withoutFnc1(text: string): string {
  return text.startsWith(FNC1) ? text.slice(1) : text;
}

/** A path segment without its percent escapes, or null when an escape is cut or not ASCII. */
function unescaped(value: string): string | null {
  const escape = /%([0-9A-Fa-f]{2})/g;
  if (value.replace(escape, '').includes('%')) return null;
  if ([...value.matchAll(escape)].some(([, code = '']) => parseInt(code, 16) > 0x7e)) return null;
  return value.replace(escape, (_whole, code: string) => String.fromCharCode(parseInt(code, 16)));
}
