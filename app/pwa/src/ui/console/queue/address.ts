/** The address of a list of the queue. Pure. */
import type { Wanted } from '../../../state/console/queue';
import { QUEUE } from '../route';

/** The query's members; what is usual is left out. */
export function queueMembers({ tab, q, station_id }: Wanted): Record<string, string | null> {
  return { tab: tab === 'review' ? null : tab, q: q === '' ? null : q, station: station_id };
}

export function queueAddress(wanted: Wanted): string {
  const members = Object.entries(queueMembers(wanted)).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  const text = new URLSearchParams(members).toString();
  return text === '' ? QUEUE : `${QUEUE}?${text}`;
}
