/**
 * What the phone does about each problem. None of these deletes anything: a problem only decides when and what to send next.
 *
 * `resign`: sign the fresh challenge and repeat. `halve`: send half. `cut`: send what stands before. `offset`: go on where
 * the server says. `token`: fetch a new access token. `events_first`: the naming event has to arrive first. `check`: read
 * the local copy again. `readmit`: show the certificate. `retry`: later, whatever it was. `item`: this item later, the others now.
 */
export type Disposition = 'resign' | 'halve' | 'cut' | 'offset' | 'token' | 'events_first' | 'check' | 'readmit' | 'retry' | 'item';

const BY_SLUG: Readonly<Record<string, Disposition>> = {
  'challenge-stale': 'resign',
  'seal-invalid': 'resign',
  'batch-too-large': 'halve',
  'request-too-large': 'halve',
  'blob-too-large': 'halve',
  'chain-broken': 'cut',
  'blob-offset': 'offset',
  'blob-not-named': 'events_first',
  'blob-digest-mismatch': 'check',
  unauthenticated: 'token',
  'device-unknown': 'readmit',
  'chunk-damaged': 'item',
  'not-found': 'item',
  internal: 'item',
};

/** By the slug where we know it; else by the status, as a proxy in between may answer as well. */
export function dispositionOf(status: number, slug: string | null): Disposition {
  const known = slug !== null && Object.hasOwn(BY_SLUG, slug) ? BY_SLUG[slug] : undefined;
  if (known) return known;
  if (status === 413) return 'halve';
  return 'retry';
}
