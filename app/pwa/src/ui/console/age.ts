/** How long ago something was, in the largest whole measure. */
import { words } from './words';

const MINUTE_MS = 60_000;

export type Age = { readonly measure: 'now' | 'min' | 'h' | 'd'; readonly n: number };

export function ageOf(time: string, now_ms: number): Age {
  const minutes = Math.floor((now_ms - Date.parse(time)) / MINUTE_MS);
  if (!(minutes >= 1)) return { measure: 'now', n: 0 };
  if (minutes < 60) return { measure: 'min', n: minutes };
  if (minutes < 48 * 60) return { measure: 'h', n: Math.floor(minutes / 60) };
  return { measure: 'd', n: Math.floor(minutes / 1440) };
}

export function ageText(time: string, now_ms: number): string {
  const { measure, n } = ageOf(time, now_ms);
  if (measure === 'now') return words('age_now');
  if (measure === 'min') return words('age_min', { n });
  return measure === 'h' ? words('age_h', { n }) : words('age_d', { n });
}
