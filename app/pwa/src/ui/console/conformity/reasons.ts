/** Why rules were left undone, in words. Pure. */
import type { RuleSums } from '../../../state/console/conformity';
import { pick } from '../../i18n/catalogue';

/** The reasons of a rule, the most frequent first; one that its standard does not know stands as it was sent. */
export function reasonsOf({ reasons, reason_titles }: Pick<RuleSums, 'reasons' | 'reason_titles'>): readonly { readonly text: string; readonly n: number }[] {
  return Object.entries(reasons)
    .map(([reason, n]) => ({ text: pick(reason_titles[reason]) || reason, n }))
    .sort((a, b) => b.n - a.n);
}
