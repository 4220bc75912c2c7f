/** Parts of a whole, for bars and percentages. Pure. */
import type { Sums } from '../../../state/console/conformity';

export const PARTS = ['met', 'excepted', 'left_out', 'broken'] as const;
export type Part = (typeof PARTS)[number];

/** How much of all asked rules each part is, in percent of the bar; parts without a rule are left out. */
export function sharesOf(sums: Pick<Sums, Part>): readonly { readonly part: Part; readonly percent: number }[] {
  const all = PARTS.reduce((sum, part) => sum + sums[part], 0);
  return PARTS.filter((part) => sums[part] > 0).map((part) => ({ part, percent: (sums[part] / all) * 100 }));
}

/** A share in whole percent; 100 and 0 are said only when they are exact, so that one broken rule in a thousand is not lost. */
export function percentOf(part: number, all: number): number | null {
  if (all === 0) return null;
  const percent = Math.round((part / all) * 100);
  if (percent === 100 && part < all) return 99;
  return percent === 0 && part > 0 ? 1 : percent;
}
