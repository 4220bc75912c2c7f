/** Plain JSON values: looked into and changed by places, which are what a JSON pointer (RFC 6901) says. Nothing is changed in place. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };
/** A place in a document, as the members and indexes that lead there. */
export type Place = readonly (string | number)[];

export function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** What stands in a place, or undefined. */
export function at(value: Json | undefined, place: Place): Json | undefined {
  return place.reduce<Json | undefined>((inside, step) => {
    if (isList(inside)) return inside[Number(step)];
    return isObject(inside) && Object.hasOwn(inside, step) ? inside[step] : undefined;
  }, value);
}

/** The same document with another value in a place; with undefined, the place is taken out. */
export function put(value: Json, place: Place, put_in: Json | undefined): Json {
  const [step, ...rest] = place;
  if (step === undefined) return put_in ?? null;
  if (isList(value)) {
    const index = Number(step);
    if (rest.length === 0 && put_in === undefined) return value.filter((_, each) => each !== index);
    return value.map((each, index_of) => (index_of === index ? put(each, rest, put_in) : each));
  }
  const object: JsonObject = isObject(value) ? value : {};
  if (rest.length === 0 && put_in === undefined) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== step));
  return { ...object, [step]: put(object[step] ?? (typeof rest[0] === 'number' ? [] : {}), rest, put_in) };
}

/** A list with an entry put in at an index. */
export function inserted(list: readonly Json[], index: number, entry: Json): readonly Json[] {
  return [...list.slice(0, index), entry, ...list.slice(index)];
}

/** A list with an entry taken to another index. */
export function moved(list: readonly Json[], from: number, to: number): readonly Json[] {
  const entry = list[from];
  return entry === undefined ? list : inserted(list.filter((_, index) => index !== from), Math.max(0, Math.min(to, list.length - 1)), entry);
}

/** An object with a member renamed, in its old order. */
export function renamed(object: JsonObject, name: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([each, value]) => [each === name ? to : each, value]));
}

export function pointerOf(place: Place): string {
  return place.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function placeOf(pointer: string): Place {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
