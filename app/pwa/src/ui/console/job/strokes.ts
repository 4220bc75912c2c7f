/** A drawn signature as lines for an SVG. Pure: points in, path data out, numbers only. */
import type { Strokes } from '../../../state/console/shapes';

/** SVG path data of each stroke; a single point becomes a dot. Anything that is no number is left out. */
export function pathsOf({ strokes }: Strokes): string[] {
  return strokes
    .map((stroke) => stroke.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)))
    .filter((stroke) => stroke.length > 0)
    .map((stroke) => {
      const points = stroke.map(([x, y]) => `${x} ${y}`);
      return `M${points[0] ?? ''}${points.length === 1 ? 'h0.01' : points.slice(1).map((point) => `L${point}`).join('')}`;
    });
}

/** The smallest frame that holds all ink, with a margin: the drawing is shown large, however small it was on the pad. */
export function frameOf(drawing: Strokes): string {
  const points = drawing.strokes.flat().filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (points.length === 0) return '0 0 1 1';
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const least = { x: xs.reduce((a, b) => Math.min(a, b)), y: ys.reduce((a, b) => Math.min(a, b)) };
  const most = { x: xs.reduce((a, b) => Math.max(a, b)), y: ys.reduce((a, b) => Math.max(a, b)) };
  const margin = Math.max(most.x - least.x, most.y - least.y, 1) * 0.06;
  return [least.x - margin, least.y - margin, most.x - least.x + 2 * margin, most.y - least.y + 2 * margin].map((n) => Math.round(n * 10) / 10).join(' ');
}
