/** What the supervisor is about to say: about which photo or answer, for which reason, marked where. */
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Mark } from '../../../domain/kinds';
import { REASONS, type FindingDraft, type Reason } from '../../../state/console/shapes';

/** What is judged. A photo's step is known to the office; an answer names its own. */
export type About =
  | { readonly kind: 'photo'; readonly photo_id: string }
  | { readonly kind: 'answer'; readonly step_id: string; readonly unit_id: string | null; readonly component: string | null };

export interface Draft {
  readonly about: About | null;
  readonly reason: Reason | null;
  readonly note: string;
  readonly mark: Mark | null;
  /** The next drag on the photo draws the mark. */
  readonly marking: boolean;
}

const EMPTY: Draft = { about: null, reason: null, note: '', mark: null, marking: false };

const draftNow = signal<Draft>(EMPTY);
export const draft: ReadonlySignal<Draft> = computed(() => draftNow.value);

/** What the approval shall say for the record. */
export const approvalNote = signal('');

export function change(members: Partial<Draft>): void {
  draftNow.value = { ...draftNow.peek(), ...members };
}

/** What was begun about other photos and answers of this job; going back to one finds it as it was left. */
const begun = new Map<string, Draft>();

export function startAnew(): void {
  begun.clear();
  approvalNote.value = '';
  draftNow.value = EMPTY;
}

/** Judge another photo or answer. */
export function turnTo(about: About): void {
  const before = draftNow.peek();
  const key = nameOf(about);
  if (before.about !== null) {
    if (nameOf(before.about) === key) return;
    begun.set(nameOf(before.about), { ...before, marking: false });
  }
  draftNow.value = begun.get(key) ?? { ...EMPTY, about };
}

/** Take what was said away from its target, to be sent; `putBack` undoes that, unless something new was begun there. */
export function takeDraft(): { readonly said: Draft; readonly subject: string; readonly putBack: () => void } {
  const said = { ...draftNow.peek(), marking: false };
  const subject = said.about === null ? '' : nameOf(said.about);
  draftNow.value = { ...EMPTY, about: said.about };
  const putBack = (): void => {
    const { about } = draftNow.peek();
    const isHere = about !== null && nameOf(about) === subject;
    const there = isHere ? draftNow.peek() : (begun.get(subject) ?? EMPTY);
    if (!isUntouched(there)) return;
    if (isHere) draftNow.value = said;
    else begun.set(subject, said);
  };
  return { said, subject, putBack };
}

function isUntouched({ reason, note, mark }: Draft): boolean {
  return reason === null && note === '' && mark === null;
}

/** Whether this is what is being judged. */
export function isAbout(said: Draft, about: About): boolean {
  return said.about !== null && nameOf(said.about) === nameOf(about);
}

/** Reasons that make sense, in the order of their keys. */
export function reasonsFor(about: About | null): readonly Reason[] {
  return about?.kind === 'answer' ? ['incomplete', 'unreadable', 'not_to_standard', 'other'] : REASONS;
}

export type Lack = 'about' | 'reason' | 'note';

/** What still keeps a draft from being sent; "something else" needs a note, or the crew cannot know what. */
export function lackOf({ about, reason, note }: Draft): Lack | null {
  if (about === null) return 'about';
  if (reason === null) return 'reason';
  return reason === 'other' && note.trim() === '' ? 'note' : null;
}

/** The finding to open; null while something is lacking. */
export function findingOf(said: Draft): FindingDraft | null {
  const { about, reason, note, mark } = said;
  if (about === null || reason === null || lackOf(said) !== null) return null;
  const words = note.trim() === '' ? null : note.trim();
  return about.kind === 'photo'
    ? { photo_id: about.photo_id, step_id: null, unit_id: null, component: null, reason, note: words, mark }
    : { photo_id: null, step_id: about.step_id, unit_id: about.unit_id, component: about.component, reason, note: words, mark: null };
}

function nameOf(about: About): string {
  return JSON.stringify(about.kind === 'photo' ? [about.photo_id] : [about.step_id, about.unit_id, about.component]);
}
