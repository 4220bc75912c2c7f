/** Times, dates and sizes as the screen's language writes them. Times are RFC 3339 texts; the phone's zone is used. */
import { language, type Language } from './catalogue';

const TAGS: Readonly<Record<Language, string>> = { en: 'en-GB', 'zh-Hans': 'zh-Hans-CN' };

const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/** "Tue 24 Nov", "11月24日周二". */
export function day(time: string | number | Date, tongue: Language = language.value): string {
  return format(time, DAY, tongue);
}

/** "09:30". */
export function clock(time: string | number | Date, tongue: Language = language.value): string {
  return format(time, CLOCK, tongue);
}

/** "Tue 24 Nov, 09:30"; without the day when it is today's, with the year when it is another one. */
export function moment(time: string | number | Date, now: Date = new Date(), tongue: Language = language.value): string {
  const date = new Date(time);
  if (date.toDateString() === now.toDateString()) return format(time, CLOCK, tongue);
  return format(time, { ...DAY, ...CLOCK, ...(date.getFullYear() !== now.getFullYear() && { year: 'numeric' }) }, tongue);
}

/** "24 Nov 2026": a day of the calendar, YYYY-MM-DD, which has no zone. */
export function calendarDay(text: string, tongue: Language = language.value): string {
  return format(`${text}T00:00:00Z`, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }, tongue) || text;
}

/** "09–11" for whole hours, "09:30–11:00" else. */
export function slotText(slot: { readonly from: string; readonly to: string } | null, tongue: Language = language.value): string {
  if (!slot) return '';
  const ends = [clock(slot.from, tongue), clock(slot.to, tongue)];
  const whole = ends.every((end) => end.endsWith(':00'));
  return ends.map((end) => (whole ? end.slice(0, 2) : end)).join('–');
}

/** "640 KB", "12 MB": 1024 to the next. */
export function bytesText(bytes: number): string {
  const mib = bytes / 1048576;
  if (mib >= 10_240) return `${Math.round(mib / 1024)} GB`;
  if (mib >= 10) return `${Math.round(mib)} MB`;
  return mib >= 1 ? `${mib.toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`;
}

function format(time: string | number | Date, options: Intl.DateTimeFormatOptions, tongue: Language): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : formatter(TAGS[tongue], options).format(date);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Each once, as long as the phone stays in its time zone: to make one takes longer than all else on a row. */
function formatter(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = tag + JSON.stringify(options) + new Date().getTimezoneOffset();
  const made = formatters.get(name) ?? new Intl.DateTimeFormat(tag, options);
  formatters.set(name, made);
  return made;
}
