/** What the scanner is asked, by the screens and in its worker. */

export interface Read {
  readonly text: string;
  /** `QRCode`, `DataMatrix`, `Code128`, `EAN13`, … */
  readonly symbology: string;
}

/** How much a code is worth to whoever looks for one: `SURE` is the one that is looked for, and among others the highest is told. */
export type Rate = (read: Read) => number;

export const SURE = 2;

/**
 * quick: the first code, of the picture as it is. deep: all its codes, also inverted and smoothed. A number: another look, that rung of
 * the ladder. still: deep, and when there is nothing, one rung after the other.
 */
export type Effort = 'quick' | 'deep' | 'still' | number;

export interface ScanRequest {
  readonly id: number;
  readonly picture: ImageBitmap;
  readonly effort: Effort;
}
export interface ScanReply {
  readonly id: number;
  readonly reads: readonly Read[];
}
