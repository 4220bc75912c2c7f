/** The way out to the phone's own camera. Phones end this app meanwhile, and then the picture never comes back to it. */
import { clearDraft, loadDraft, saveDraft } from './drafts';

const KEY = 'outside';

/** Somebody leaves from the screen with this address. */
export function leave(address: string): void {
  void saveDraft(KEY, address);
}

/** They are back, with a picture or without. */
export function comeBack(): void {
  void clearDraft(KEY);
}

/** The address of the screen that somebody left and, as far as this phone knows, never came back to; null when there is none. */
export async function leftFrom(): Promise<string | null> {
  const kept = await loadDraft(KEY);
  return typeof kept === 'string' ? kept : null;
}
