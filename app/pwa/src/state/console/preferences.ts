/** Language and theme of this browser's console. Kept in local storage; a browser that refuses it forgets them. */
import { effect, signal } from '@preact/signals';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type ConsoleTheme = (typeof THEMES)[number];

const KEY = 'doorstep-console';

export const theme = signal<ConsoleTheme>('auto');

interface Kept {
  readonly theme?: unknown;
  readonly language?: unknown;
}

/** What was chosen last time, or null members. */
export function keptPreferences(): { theme: ConsoleTheme | null; language: string | null } {
  const kept = read();
  return {
    theme: THEMES.find((name) => name === kept.theme) ?? null,
    language: typeof kept.language === 'string' ? kept.language : null,
  };
}

export function keepPreferences(language: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ theme: theme.value, language }));
  } catch {
    // A private window may refuse storage. The choice then lasts as long as the page.
  }
}

/** Puts the theme on the page whenever it changes. Returns how to stop. */
export function applyTheme(root: HTMLElement): () => void {
  return effect(() => {
    if (theme.value === 'auto') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', theme.value);
  });
}

function read(): Kept {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
