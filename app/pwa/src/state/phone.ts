/** What boot opened, for the other files of this folder. Screens never see it. */
import type { EvidenceStore, Writer } from '../db/evidence';
import type { Identity } from '../db/meta';
import type { Drain } from '../sync/drain';
import type { Told } from '../sync/requests';

interface Phone {
  readonly store: EvidenceStore;
  readonly writer: Writer;
  readonly identity: Identity;
  readonly drain: Drain;
  /** Tell the machine, here or in the tab that sends. */
  readonly nudge: (told: Told) => void;
}

let store: EvidenceStore | null = null;
let phone: Phone | null = null;

export function setStore(opened: EvidenceStore): void {
  store = opened;
}

export function setPhone(enrolled: Phone): void {
  phone = enrolled;
}

/** The evidence store, from boot on; null before. */
export function storeHere(): EvidenceStore | null {
  return store;
}

/** The enrolled phone; null before enrolment. */
export function phoneHere(): Phone | null {
  return phone;
}
