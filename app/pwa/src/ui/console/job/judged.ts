/** How a job keeps to its standards, as far as that can be said yet. Pure. */
import { find } from '../../../domain/job';
import type { Broken, StandardConformity } from '../../../state/console/conformity';
import type { JobDetail } from '../../../state/console/shapes';
import type { Translated } from '../../../domain/standard';

/** What became of one standard's rules. `open` counts what may still be done; it is 0 of a visit that has ended. */
export interface Judged extends Pick<StandardConformity, 'standard_id' | 'version' | 'met' | 'excepted' | 'broken' | 'left_out'> {
  readonly title: Translated | null;
  readonly open: number;
}

const NOT_ENDED = ['planned', 'dispatched', 'on_the_way', 'on_site'];

/** While a visit goes on, what is not done yet is no breach. */
export function judged({ conformity, standards, state }: Pick<JobDetail, 'conformity' | 'standards' | 'state'>): readonly Judged[] {
  const goesOn = NOT_ENDED.includes(state.stage);
  return conformity.map(({ standard_id, version, met, excepted, broken, left_out }) => {
    const isOpen = (one: Broken): boolean => goesOn && one.why === 'missing';
    return {
      standard_id,
      version,
      title: standards.find((standard) => standard.standard_id === standard_id)?.title ?? null,
      met,
      excepted,
      broken: broken.filter((one) => !isOpen(one)),
      left_out: goesOn ? [] : left_out,
      open: broken.filter(isOpen).length + (goesOn ? left_out.length : 0),
    };
  });
}

export function brokenCount(detail: Pick<JobDetail, 'conformity' | 'standards' | 'state'>): number {
  return judged(detail).reduce((sum, part) => sum + part.broken.length, 0);
}

/** Whether nothing is judged because the visit failed. */
export function isFailed({ state }: Pick<JobDetail, 'state'>): boolean {
  return find(state.visits, 'visit_id', state.visit_id ?? '')?.outcome === 'failed';
}
