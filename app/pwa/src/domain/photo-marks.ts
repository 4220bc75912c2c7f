/** Marks that a person draws on a copy of a photo, in the photo's own pixels, and the line that shows each. Pure. */

export type Tool = 'ring' | 'arrow' | 'line';

/** [x, y] from the upper left. */
export type Spot = [number, number];

export type Mark = {
  tool: Tool;
  /** A ring: its middle and a point on it. An arrow: its tail and its head. A line: all of its way. */
  spots: Spot[];
};

/** A way shorter than this part of the photo's shorter side is a tap, not a drag. */
const TAP = 0.03;
const RING_OF_A_TAP = 0.14;
const ARROW_OF_A_TAP = 0.25;
/** Width of a line, of the photo's shorter side. */
const LINE = 0.012;
const SPOTS_MOST = 400;
/** How far a head's sides stand from the shaft, and how long they are. */
const HEAD_TURN = 0.5;
const HEAD_LINES = 7;

interface Size {
  readonly w: number;
  readonly h: number;
}

export function lineWidth({ w, h }: Size): number {
  return Math.max(2, Math.min(w, h) * LINE);
}

/** What a finger drew from touch to lift. A tap makes a ring around its place, or an arrow that points at it: nobody has to drag. */
export function markOf(tool: Tool, way: readonly Spot[], size: Size): Mark | null {
  const [first, last] = [way[0], way.at(-1)];
  if (first === undefined || last === undefined) return null;
  const shorter = Math.min(size.w, size.h);
  const isTap = Math.hypot(last[0] - first[0], last[1] - first[1]) < TAP * shorter;
  if (tool === 'line') return way.length > 1 ? { tool, spots: thinned(way) } : null;
  if (!isTap) return { tool, spots: [whole(first), whole(last)] };
  if (tool === 'ring') return { tool, spots: [whole(last), whole([last[0] + RING_OF_A_TAP * shorter, last[1]])] };
  // It comes from the side that has more room.
  const across = (last[0] < size.w / 2 ? 1 : -1) * ARROW_OF_A_TAP * shorter;
  const down = (last[1] < size.h / 2 ? 1 : -1) * ARROW_OF_A_TAP * shorter;
  return { tool, spots: [whole([last[0] + across, last[1] + down]), whole(last)] };
}

/** The mark as an SVG path, which a canvas draws as well. */
export function pathOf({ tool, spots }: Mark, size: Size): string {
  const [first, last] = [spots[0], spots.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (tool === 'line') return `M${spots.map(([x, y]) => `${x} ${y}`).join('L')}`;
  if (tool === 'ring') {
    const radius = Math.max(1, Math.round(Math.hypot(last[0] - first[0], last[1] - first[1])));
    const [left, right] = [first[0] - radius, first[0] + radius];
    return `M${left} ${first[1]}A${radius} ${radius} 0 1 0 ${right} ${first[1]}A${radius} ${radius} 0 1 0 ${left} ${first[1]}`;
  }
  const turn = Math.atan2(first[1] - last[1], first[0] - last[0]);
  const length = HEAD_LINES * lineWidth(size);
  const side = (by: number): string => `${Math.round(last[0] + length * Math.cos(turn + by))} ${Math.round(last[1] + length * Math.sin(turn + by))}`;
  return `M${first[0]} ${first[1]}L${last[0]} ${last[1]}M${side(HEAD_TURN)}L${last[0]} ${last[1]}L${side(-HEAD_TURN)}`;
}

function thinned(way: readonly Spot[]): Spot[] {
  const every = Math.ceil(way.length / SPOTS_MOST);
  return way.filter((_, at) => at % every === 0 || at === way.length - 1).map(whole);
}

function whole([x, y]: Spot): Spot {
  return [Math.round(x), Math.round(y)];
}
