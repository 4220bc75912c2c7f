/** Installers by station, stations by name, those without one last. Pure. */
import type { Person } from '../../../state/console/shapes';

export interface StationPeople {
  readonly name: string | null;
  readonly people: readonly Person[];
}

export function byStation(people: readonly Person[]): StationPeople[] {
  const groups = new Map<string | null, Person[]>();
  for (const person of people) {
    const name = person.station?.name ?? null;
    groups.set(name, [...(groups.get(name) ?? []), person]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, people: members.sort((a, b) => a.name.localeCompare(b.name)) }))
    .sort((a, b) => Number(a.name === null) - Number(b.name === null) || (a.name ?? '').localeCompare(b.name ?? ''));
}

/** The phones that a person has now and had not before: how the enrolment sheet sees that it worked. */
export function newPhones(before: readonly string[], person: Person | undefined): string[] {
  return (person?.devices ?? []).filter((phone) => !before.includes(phone.device_id)).map((phone) => phone.label);
}

/** Minutes and seconds, `9:07`; null when there is nothing left. */
export function timeLeft(expires_at: string, now_ms: number): string | null {
  const left_s = Math.ceil((Date.parse(expires_at) - now_ms) / 1000);
  if (!(left_s > 0)) return null;
  return `${Math.floor(left_s / 60)}:${String(left_s % 60).padStart(2, '0')}`;
}
