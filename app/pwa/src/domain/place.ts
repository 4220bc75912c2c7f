/** Distances between places on the earth, whose coordinates are whole millionths of a degree. */

export interface Point {
  readonly lat_e6: number;
  readonly lon_e6: number;
}

/** Of the sphere with the earth's volume. */
const RADIUS_M = 6_371_000;

/** Metres along the great circle, by the haversine formula. */
export function distanceM(a: Point, b: Point): number {
  const [lat, other] = [radians(a.lat_e6), radians(b.lat_e6)];
  const half = Math.sin((other - lat) / 2) ** 2 + Math.cos(lat) * Math.cos(other) * Math.sin(radians(b.lon_e6 - a.lon_e6) / 2) ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

function radians(degrees_e6: number): number {
  return (degrees_e6 / 1e6) * (Math.PI / 180);
}
