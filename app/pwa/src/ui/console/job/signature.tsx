/** A signature as it was drawn, from its strokes. */
import type { Strokes } from '../../../state/console/shapes';
import { frameOf, pathsOf } from './strokes';

export function Signature({ strokes, label }: { readonly strokes: Strokes; readonly label: string }) {
  return (
    <svg class="signature" viewBox={frameOf(strokes)} role="img" aria-label={label} data-testid="signature">
      {pathsOf(strokes).map((path, at) => <path key={at} d={path} vector-effect="non-scaling-stroke" />)}
    </svg>
  );
}
