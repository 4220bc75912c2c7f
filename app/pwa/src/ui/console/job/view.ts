/** Everything the parts of a job's page need, worked out once per answer of the office. */
import type { Key } from '../../../domain/checklist';
import type { Step } from '../../../domain/checklist';
import { find } from '../../../domain/job';
import type { JobDetail, TimelineEntry } from '../../../state/console/shapes';
import { moment } from '../../i18n/format';
import { pick } from '../../i18n/catalogue';
import { laidSteps, roleTitle, shots, tally, type Shot, type Tally } from './evidence';
import { say } from './words';

export interface JobView {
  readonly detail: JobDetail;
  readonly laid: readonly Step[];
  readonly shots: readonly Shot[];
  readonly tally: Tally;
  readonly byRev: ReadonlyMap<number, TimelineEntry>;
}

export function viewOf(detail: JobDetail): JobView {
  const laid = laidSteps(detail.state, detail.standards);
  return {
    detail,
    laid,
    shots: shots(detail.state, laid),
    tally: tally(laid),
    byRev: new Map(detail.timeline.map((entry) => [entry.rev, entry])),
  };
}

export function roleName({ detail }: JobView, role: string): string {
  return pick(roleTitle(detail.standards, role)) || role;
}

export function unitName({ detail }: JobView, unitId: string | null): string {
  return find(detail.state.units, 'unit_id', unitId)?.name ?? say('whole_job');
}

/** The unit that a step is about, with the part's name behind it. */
export function subjectName(view: JobView, { unit_id, component }: Key): string {
  const part = component === null ? null : find(find(view.detail.state.units, 'unit_id', unit_id)?.components ?? [], 'component_id', component);
  return [unitName(view, unit_id), part?.name ?? component].filter(Boolean).join(' · ');
}

export function personName({ detail }: JobView, userId: string): string {
  return detail.people[userId] ?? userId;
}

export function phoneName({ detail }: JobView, deviceId: string): string {
  return detail.chain.devices.find((device) => device.device_id === deviceId)?.label ?? say('unknown_phone');
}

/** When the phone says something was recorded, and when the office received it. */
export function times(view: JobView, record: { readonly at: string; readonly rev: number }): string {
  const received = view.byRev.get(record.rev)?.received_at;
  const claimed = say('taken', { time: moment(record.at) });
  return received === undefined ? claimed : `${claimed} · ${say('arrived', { time: moment(received) })}`;
}
