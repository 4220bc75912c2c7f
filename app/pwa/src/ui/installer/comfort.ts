/** How the screen sits in the hand: size of text, which thumb. Kept on the phone. */
import { signal } from '@preact/signals';
import { loadDraft, saveDraft } from '../../state/drafts';

export const TEXT_SIZES = [100, 115, 135, 160] as const;

export interface Comfort {
  /** Percent of the phone's own text size. */
  readonly text: number;
  readonly thumb: 'right' | 'left';
}

const KEY = 'comfort';
export const comfort = signal<Comfort>({ text: 100, thumb: 'right' });

/** Reads what was chosen before and follows every later choice. Returns what stops it. */
export function applyComfort(): () => void {
  void loadDraft(KEY).then((kept) => {
    if (typeof kept === 'object' && kept !== null && !Array.isArray(kept)) {
      comfort.value = {
        text: TEXT_SIZES.find((size) => size === kept['text']) ?? 100,
        thumb: kept['thumb'] === 'left' ? 'left' : 'right',
      };
    }
  });
  return comfort.subscribe(({ text, thumb }) => {
    const page = document.documentElement;
    page.style.fontSize = text === 100 ? '' : `${text}%`;
    page.dataset['thumb'] = thumb;
  });
}

export function setComfort(chosen: Comfort): void {
  comfort.value = chosen;
  void saveDraft(KEY, { ...chosen });
}
