/**
 * The form of a standard's document as data, from the same source that the office checks it with (`app/domain/standard_format.py`,
 * written to `form.json` by `python -m tools.standard_schema`).
 */
import { memberOf, type Json, type JsonObject } from '../../../domain/places';
import raw from './form.json';

type Members = Readonly<Record<string, string>>;
const SHAPES: Readonly<Record<string, Members>> = raw.shapes;
const CHOICES: Readonly<Record<string, Readonly<Record<string, Members>>>> = raw.choices;
export const REASONS: readonly string[] = raw.reasons;

/** What may stand in a place: a scalar's name with its limits, a list or map of a kind, a shape, or a choice of shapes told by `kind`. */
export interface Kind {
  readonly is: 'scalar' | 'list' | 'map' | 'shape' | 'choice';
  /** The scalar, shape or choice; of a list and a map what it holds. */
  readonly of: string;
  readonly limits: readonly string[];
  readonly optional: boolean;
}

export function kindOf(text: string): Kind {
  const optional = text.endsWith('?');
  const told = optional ? text.slice(0, -1) : text;
  const held = /^(list|map)<(.+)>(?::(.*))?$/.exec(told);
  if (held) return { is: held[1] as 'list' | 'map', of: held[2] ?? '', limits: held[3]?.split(':') ?? [], optional };
  const [of = '', ...rest] = told.split(':');
  const is = of in SHAPES ? 'shape' : of in CHOICES ? 'choice' : 'scalar';
  return { is, of, limits: of === 'enum' ? rest.join(':').split('|') : rest, optional };
}

/** The members of a shape, or of the one of a choice that an object's `kind` names. */
export function membersOf(kind: Kind, value: Json | undefined): readonly (readonly [string, Kind])[] {
  const found = kind.is === 'choice' ? CHOICES[kind.of]?.[String(memberOf(value, 'kind'))] : SHAPES[kind.of];
  return Object.entries(found ?? {}).map(([name, text]) => [name, kindOf(text)] as const);
}

/** The kinds of a choice, in the form's order. */
export function choicesOf(kind: Kind): readonly string[] {
  return Object.keys(CHOICES[kind.of] ?? {});
}

/** What stands in a place at first, so that nothing that must be there is missing: empty texts, first words of lists. */
export function blank(kind: Kind, languages: readonly string[]): Json {
  if (kind.is === 'map') return {};
  if (kind.is === 'list') return Array.from({ length: Number(kind.limits[0] ?? 0) }, () => blank(kindOf(kind.of), languages));
  if (kind.is === 'shape') return blankObject(Object.entries(SHAPES[kind.of] ?? {}), languages);
  if (kind.is === 'choice') return blankChoice(kind, choicesOf(kind)[0] ?? '', languages);
  switch (kind.of) {
    case 'words':
      return Object.fromEntries(languages.map((language) => [language, '']));
    case 'bool':
      return false;
    case 'int':
      return Number(kind.limits[0]);
    case 'enum':
      return kind.limits[0] ?? '';
    default:
      return '';
  }
}

export function blankChoice(kind: Kind, chosen: string, languages: readonly string[]): JsonObject {
  return { kind: chosen, ...blankObject(Object.entries(CHOICES[kind.of]?.[chosen] ?? {}), languages) };
}

function blankObject(members: readonly (readonly [string, string])[], languages: readonly string[]): JsonObject {
  const needed = members.map(([name, text]) => [name, kindOf(text)] as const).filter(([, kind]) => !kind.optional);
  return Object.fromEntries(needed.map(([name, kind]) => [name, blank(kind, languages)]));
}
