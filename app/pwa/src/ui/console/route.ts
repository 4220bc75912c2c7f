/** The console's addresses. Everything after /console is ours; the labels page is the server's. */

export type Route =
  | { readonly page: 'queue' }
  | { readonly page: 'job'; readonly job_id: string }
  | { readonly page: 'proof'; readonly job_id: string }
  | { readonly page: 'orders' }
  | { readonly page: 'new_order' }
  | { readonly page: 'people' }
  | { readonly page: 'standards' }
  | { readonly page: 'standard'; readonly digest: string }
  | { readonly page: 'draft'; readonly draft_id: string }
  | { readonly page: 'conformity' }
  | { readonly page: 'phones' }
  | { readonly page: 'quarantine' }
  | { readonly page: 'rescue' }
  | { readonly page: 'nowhere' };

const ID = /^[A-Za-z0-9_.:-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/;

export function routeOf(path: string): Route {
  const [root, ...parts] = path.split('/').filter((part) => part !== '');
  if (root !== 'console') return { page: 'nowhere' };
  const [first, second, third, ...rest] = parts;
  if (first === undefined) return { page: 'queue' };
  if (first === 'jobs' && second !== undefined && ID.test(second) && rest.length === 0) {
    if (third === undefined) return { page: 'job', job_id: second };
    if (third === 'proof') return { page: 'proof', job_id: second };
  }
  if (first === 'orders' && second === undefined) return { page: 'orders' };
  if (first === 'orders' && second === 'new' && third === undefined) return { page: 'new_order' };
  if (first === 'people' && second === undefined) return { page: 'people' };
  if (first === 'standards' && second === undefined) return { page: 'standards' };
  if (first === 'standards' && second === 'drafts' && third !== undefined && ID.test(third)) return { page: 'draft', draft_id: third };
  if (first === 'standards' && second !== undefined && DIGEST.test(second) && third === undefined) return { page: 'standard', digest: second };
  if (first === 'conformity' && second === undefined) return { page: 'conformity' };
  if (first === 'phones' && second === undefined) return { page: 'phones' };
  if (first === 'phones' && second === 'set-aside' && third === undefined) return { page: 'quarantine' };
  if (first === 'phones' && second === 'rescue' && third === undefined) return { page: 'rescue' };
  return { page: 'nowhere' };
}

export const QUEUE = '/console/';
export const ORDERS = '/console/orders';
export const NEW_ORDER = '/console/orders/new';
export const PEOPLE = '/console/people';
export const STANDARDS = '/console/standards';
export const CONFORMITY = '/console/conformity';
export const PHONES = '/console/phones';
export const QUARANTINE = '/console/phones/set-aside';
export const RESCUE = '/console/phones/rescue';

export function jobAddress(jobId: string): string {
  return `/console/jobs/${jobId}`;
}

export function standardAddress(digest: string): string {
  return `/console/standards/${digest}`;
}

export function draftAddress(draftId: string): string {
  return `/console/standards/drafts/${draftId}`;
}

export function proofAddress(jobId: string): string {
  return `/console/jobs/${jobId}/proof`;
}

/** Printable labels, drawn by the server. */
export function labelsAddress(jobId: string): string {
  return `/console/labels?job_id=${encodeURIComponent(jobId)}`;
}

/** Whether a link is one that the console opens by itself. */
export function isOurs(address: URL, origin: string): boolean {
  return address.origin === origin && (address.pathname === '/console' || address.pathname.startsWith('/console/')) && address.pathname !== '/console/labels';
}
