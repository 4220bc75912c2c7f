/**
 * The app's own life: from the first tap to an enrolled, working phone.
 *
 * `boot` waits for nothing remote. After it, `phase` says which screen makes sense.
 */
import { signal, type ReadonlySignal } from '@preact/signals';

/**
 * `booting`: storage is being opened and compared. `needs_enrolment`: nobody ever enrolled here. `ready`: record away.
 * `lost`: this phone was enrolled, but its key is gone with a damaged database; `recovered` counts what the second copy
 * still held. Enrolling again sends all of that.
 */
export type Phase = 'booting' | 'needs_enrolment' | 'ready' | 'lost';

export interface Identity {
  readonly device_id: string;
  readonly alg: 'ES256' | 'EdDSA';
  readonly user: { readonly id: string; readonly name: string };
  readonly tenant: { readonly id: string; readonly name: string };
  /** RFC 3339, the server's clock. */
  readonly enrolled_at: string;
}

/** Why an enrolment did not happen: a slug of docs/PROBLEMS.md, or `no-connection`, or `no-key` when this browser keeps none. */
export class EnrolFailed extends Error {
  readonly slug: string;

  constructor(slug: string) {
    super(slug);
    this.name = 'EnrolFailed';
    this.slug = slug;
  }
}

const phaseNow = signal<Phase>('booting');
const identityNow = signal<Identity | null>(null);
const recoveredNow = signal<{ readonly events: number; readonly blobs: number } | null>(null);

export const phase: ReadonlySignal<Phase> = phaseNow;
export const identity: ReadonlySignal<Identity | null> = identityNow;
/** What the second copy gave back when the first was lost; null when nothing was lost. */
export const recovered: ReadonlySignal<{ readonly events: number; readonly blobs: number } | null> = recoveredNow;
/** The same short name as `build` in /static/build.json. */
export const buildId: string = __BUILD__;
