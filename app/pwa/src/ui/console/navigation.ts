/** History routing: the address is the state, the back button works, links stay links. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { isOurs, routeOf, type Route } from './route';

const here = signal({ path: location.pathname, search: location.search });

export const place: ReadonlySignal<string> = computed(() => here.value.path);
export const route: ReadonlySignal<Route> = computed(() => routeOf(here.value.path));
export const search: ReadonlySignal<URLSearchParams> = computed(() => new URLSearchParams(here.value.search));

export function go(address: string): void {
  history.pushState(null, '', address);
  arrive();
  window.scrollTo(0, 0);
}

/** Change the query of this place, without a step in the history. */
export function restate(members: Readonly<Record<string, string | null>>): void {
  const next = new URLSearchParams(Object.entries(members).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  const text = next.toString();
  history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`));
  arrive();
}

/** Take over clicks on the console's own links, and the back button. */
export function followLinks(): void {
  window.addEventListener('popstate', arrive);
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.target !== '' || link.hasAttribute('download')) return;
    const address = new URL(link.href, location.href);
    if (!isOurs(address, location.origin)) return;
    // A place on this very page is the browser's own to go to.
    if (address.hash !== '' && address.pathname === location.pathname) return;
    event.preventDefault();
    go(address.pathname + address.search);
  });
}

function arrive(): void {
  here.value = { path: location.pathname, search: location.search };
}
