/** Where one photo, signature or event is on its way to the office. */
import type { ReadonlySignal } from '@preact/signals';

/** `review`: delivered, and the office will look at it. `attention`: it cannot go as it is, and somebody must act. */
export type ItemStatus = 'on_phone' | 'sending' | 'delivered' | 'attention' | 'review';

export interface Item {
  readonly status: ItemStatus;
  /** 0 to 100 of the bytes, as the server last confirmed them. */
  readonly percent: number;
  readonly copies: 1 | 2;
}

export type ItemSignal = ReadonlySignal<Item>;
