/** What became of rules, as a bar. The figures stand beside it, so it says nothing to those who cannot see it. */
import type { Sums } from '../../../state/console/conformity';
import { sharesOf, type Part } from './shares';

export function Bar({ sums }: { readonly sums: Pick<Sums, Part> }) {
  return (
    <svg class="share-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      {placed(sums).map(({ part, x, percent }) => <rect key={part} class={part} x={x} y="0" width={percent} height="1" />)}
    </svg>
  );
}

/** Each part with where it begins. */
function placed(sums: Pick<Sums, Part>): readonly { readonly part: Part; readonly x: number; readonly percent: number }[] {
  let x = 0;
  return sharesOf(sums).map(({ part, percent }) => {
    x += percent;
    return { part, percent, x: x - percent };
  });
}
