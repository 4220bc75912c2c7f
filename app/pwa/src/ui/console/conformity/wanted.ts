/** What the report is about, as it stands in the address. Pure. */
import { BY, type By, type Wanted } from '../../../state/console/conformity';

export const PERIODS = ['week', 'month', 'quarter', 'own'] as const;
export type Period = (typeof PERIODS)[number];

/** The filters as somebody set them. `from` and `to` are the own dates, which the other periods do not have. */
export interface Filters {
  readonly period: Period;
  readonly from: string;
  readonly to: string;
  readonly by: By;
  readonly station_id: string | null;
  readonly standard_id: string | null;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;
/** The office answers for no more at once. */
const DAYS_MAX = 366;

export function filtersOf(search: URLSearchParams, now: Date): Filters {
  const [from, to] = [search.get('from') ?? '', search.get('to') ?? ''];
  const period = PERIODS.find((name) => name === search.get('period')) ?? 'month';
  const dates = DAY.test(from) && DAY.test(to) ? { from, to } : daysOf('month', now);
  return {
    period,
    ...(period === 'own' ? dates : daysOf(period, now)),
    by: BY.find((name) => name === search.get('by')) ?? 'crew',
    station_id: search.get('station'),
    standard_id: search.get('standard'),
  };
}

/** The query's members; what is usual is left out. */
export function membersOf({ period, from, to, by, station_id, standard_id }: Filters): Record<string, string | null> {
  const own = period === 'own';
  return {
    period: period === 'month' ? null : period,
    from: own ? from : null,
    to: own ? to : null,
    by: by === 'crew' ? null : by,
    station: station_id,
    standard: standard_id,
  };
}

export function wantedOf({ from, to, by, station_id, standard_id }: Filters, now: Date): Wanted {
  return { from, to, utc_offset_minutes: -now.getTimezoneOffset(), by, station_id, standard_id };
}

/** The days of a period that ends today: since Monday, since the first of the month, since the same day three months ago. */
export function daysOf(period: Exclude<Period, 'own'>, now: Date): { from: string; to: string } {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const first = {
    week: () => new Date(year, month, day - ((now.getDay() + 6) % 7)),
    month: () => new Date(year, month, 1),
    // The 31st of a month that has none is its last day.
    quarter: () => new Date(year, month - 3, Math.min(day, new Date(year, month - 2, 0).getDate())),
  }[period]();
  return { from: text(first), to: text(now) };
}

/** What is wrong with own dates, or null. */
export function problemOf({ from, to }: Pick<Filters, 'from' | 'to'>): 'backwards' | 'too_long' | null {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  if (Number.isNaN(days) || days < 0) return 'backwards';
  return days < DAYS_MAX ? null : 'too_long';
}

function text(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
