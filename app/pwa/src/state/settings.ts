/** The installer's own choices on this phone. */
import { signal, type ReadonlySignal } from '@preact/signals';
import { getMeta, putMeta, type Settings } from '../db/meta';
import type { EvidenceStore } from '../db/evidence';
import { storeHere } from './phone';

export type Language = 'en' | 'zh-Hans';
export type Theme = Settings['theme'];

const languageNow = signal<Language>(browserLanguage());
const themeNow = signal<Theme>('auto');

export const language: ReadonlySignal<Language> = languageNow;
export const theme: ReadonlySignal<Theme> = themeNow;

export function setLanguage(chosen: Language): void {
  languageNow.value = chosen;
  keep({ language: chosen, theme: themeNow.value });
}

export function setTheme(chosen: Theme): void {
  themeNow.value = chosen;
  keep({ language: languageNow.value, theme: chosen });
}

export async function loadSettings(store: EvidenceStore): Promise<void> {
  const settings = await getMeta(store.database, 'settings');
  if (settings?.language) languageNow.value = settings.language;
  if (settings) themeNow.value = settings.theme;
}

/** A choice that could not be kept holds until the app is closed; nothing is lost by that. */
function keep(settings: Settings): void {
  const store = storeHere();
  if (store) putMeta(store.database, 'settings', settings).catch(() => undefined);
}

function browserLanguage(): Language {
  const preferred = typeof navigator === 'object' ? navigator.languages : [];
  return preferred.find((tag) => /^(en|zh)\b/.test(tag))?.startsWith('zh') ? 'zh-Hans' : 'en';
}
