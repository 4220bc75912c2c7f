/** Which of the phone's jobs belong to which day. */
import type { JobView } from '../../state/jobs';
import { officeNow } from '../../state/office-clock';
import { isDone } from './work';

export type DayName = 'today' | 'tomorrow' | 'later';

export function byDay(views: readonly JobView[], now: Date): { name: DayName; views: JobView[] }[] {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).toDateString();
  const named = (view: JobView): DayName => {
    const on = view.state.slot ? new Date(view.state.slot.from).toDateString() : now.toDateString();
    // What was sent back or never ended is today's work, whichever day it was promised for.
    const open = !isDone(view.state) && on !== tomorrow && (!view.state.slot || new Date(view.state.slot.from) <= now);
    return on === now.toDateString() || open ? 'today' : on === tomorrow ? 'tomorrow' : 'later';
  };
  return (['today', 'tomorrow', 'later'] as const)
    .map((name) => ({ name, views: views.filter((view) => named(view) === name) }))
    .filter((group) => group.views.length > 0);
}

export function todays(views: readonly JobView[]): JobView[] {
  return byDay(views, officeNow()).find(({ name }) => name === 'today')?.views ?? [];
}
