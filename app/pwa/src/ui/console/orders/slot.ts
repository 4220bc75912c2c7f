/** A slot as a person types it, in the browser's zone, and as the office takes it. Pure but for the zone. */
import type { Slot } from '../../../domain/kinds';

export interface TypedSlot {
  /** `2026-11-24`, or empty. */
  readonly day: string;
  /** `09:00`, or empty. */
  readonly from: string;
  readonly to: string;
}

export const NO_SLOT: TypedSlot = { day: '', from: '', to: '' };

const MOST_MS = 12 * 3_600_000;

/** The slot, null for none, or why it is not one. */
export function slotOf({ day, from, to }: TypedSlot): Slot | null | 'slot_needed' | 'slot_wrong' {
  if (day === '' && from === '' && to === '') return null;
  if (day === '' || from === '' || to === '') return 'slot_needed';
  const begins_ms = new Date(`${day}T${from}`).getTime();
  const ends_ms = new Date(`${day}T${to}`).getTime();
  const length_ms = ends_ms - begins_ms;
  if (!(length_ms > 0 && length_ms <= MOST_MS)) return 'slot_wrong';
  return { from: new Date(begins_ms).toISOString(), to: new Date(ends_ms).toISOString() };
}

/** The other way round, to change a slot that is set. */
export function typedOf(slot: Slot | null): TypedSlot {
  if (slot === null) return NO_SLOT;
  const [from, to] = [new Date(slot.from), new Date(slot.to)];
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;
  return { day: `${from.getFullYear()}-${two(from.getMonth() + 1)}-${two(from.getDate())}`, from: time(from), to: time(to) };
}
