/**
 * Where in the app we are, kept in the address after `#`, so that the phone's back button works, a link opens the
 * same place after a cold start, and no address ever reaches a server.
 *
 *   #/job/<job_id>/step?id=WM-INS-05&unit=<unit_id>
 */
import { signal, type ReadonlySignal } from '@preact/signals';

export const SCREENS = ['today', 'check', 'load', 'van', 'end', 'outbox', 'safe', 'settings', 'storage', 'enrol', 'job', 'step', 'photo', 'mark', 'scan', 'agree', 'sign', 'finish', 'fail', 'note'] as const;
export type ScreenName = (typeof SCREENS)[number];

const OF_A_JOB: readonly ScreenName[] = ['job', 'step', 'photo', 'mark', 'scan', 'agree', 'sign', 'finish', 'fail', 'note'];

export type Query = Readonly<Partial<Record<'id' | 'unit' | 'part' | 'role' | 'finding' | 'replaces' | 'for' | 'from' | 'lang' | 'code', string>>>;

export interface Route {
  readonly screen: ScreenName;
  /** Present on the screens of a job. */
  readonly job_id: string;
  readonly query: Query;
}

const here = signal<Route>({ screen: 'today', job_id: '', query: {} });
export const route: ReadonlySignal<Route> = here;

let held = false;
let shown = '';

export function address(screen: ScreenName, jobId = '', query: Query = {}): string {
  const path = !OF_A_JOB.includes(screen) ? screen : screen === 'job' ? `job/${encodeURIComponent(jobId)}` : `job/${encodeURIComponent(jobId)}/${screen}`;
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${path}${asked && `?${asked}`}`;
}

/** The route in an address; anything that is none leads to today. `#enrol=<code>` is the enrolment link. */
export function routeOf(hash: string): Route {
  const enrol = /^#enrol=([\w-]{1,200})$/.exec(hash);
  if (enrol) return { screen: 'enrol', job_id: '', query: { code: enrol[1] ?? '' } };
  const [path = '', asked = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', id = '', last] = path.split('/');
  const query = Object.fromEntries(new URLSearchParams(asked)) as Query;
  const screen = SCREENS.find((name) => name === (first === 'job' ? (last ?? 'job') : first));
  if (!screen || OF_A_JOB.includes(screen) !== (first === 'job')) return { screen: 'today', job_id: '', query: {} };
  return { screen, job_id: decoded(id), query };
}

/** Goes to another screen. `replace` takes the present one's place, so that back does not lead to it again. */
export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  const depth = depthNow() + (how === 'push' ? 1 : 0);
  if (how === 'push') history.pushState({ depth }, '', to);
  else history.replaceState({ depth }, '', to);
  show();
  scrollTo(0, 0);
}

/** Back to where one came from; after a cold start, up to the screen above. */
export function back(): void {
  if (depthNow() > 0) history.back();
  else go(parentOf(here.value), 'replace');
}

/** While on, the phone's back button does nothing: the customer holds the phone. */
export function holdHere(on: boolean): void {
  held = on;
}

/** Starts following the address. */
export function followAddress(): void {
  addEventListener('popstate', show);
  addEventListener('hashchange', show);
  show();
}

export function parentOf({ screen, job_id: jobId, query }: Route): string {
  if (screen === 'photo' && query.for === 'failure') return address('fail', jobId);
  if (screen === 'photo' && (query.for === 'load' || query.for === 'end')) return address(query.for);
  if (screen === 'van') return address(query.for === 'back' ? 'end' : 'load');
  if ((screen === 'photo' || screen === 'scan' || screen === 'agree') && query.id) {
    return address('step', jobId, { id: query.id, unit: query.unit ?? '', part: query.part ?? '' });
  }
  return OF_A_JOB.includes(screen) && screen !== 'job' ? address('job', jobId) : address('today');
}

function show(): void {
  if (held && location.hash !== shown) {
    history.pushState({ depth: depthNow() + 1 }, '', shown);
    return;
  }
  shown = location.hash || '#/today';
  here.value = routeOf(location.hash);
}

function depthNow(): number {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'depth' in state && typeof state.depth === 'number' ? state.depth : 0;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
