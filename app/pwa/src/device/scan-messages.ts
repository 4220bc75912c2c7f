/** What the scanner and its worker say to each other. */

export interface Read {
  readonly text: string;
  /** `QRCode`, `DataMatrix`, `Code128`, `EAN13`, … */
  readonly symbology: string;
}

/** quick: the middle of the picture at once. deep: all of it, turned, inverted, smoothed. */
export type Effort = 'quick' | 'deep';

export interface ScanRequest {
  readonly id: number;
  readonly picture: ImageBitmap;
  readonly effort: Effort;
}
export interface ScanReply {
  readonly id: number;
  readonly read: Read | null;
}
