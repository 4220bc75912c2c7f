/** Language and theme. */
import { useId } from 'preact/hooks';
import { keepPreferences, theme, THEMES, type ConsoleTheme } from '../../state/console/preferences';
import { language, LANGUAGES, type Language } from '../i18n/catalogue';
import { words } from './words';

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-Hans': '中文' };

export function setLanguage(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
  keepPreferences(next);
}

export function setTheme(next: ConsoleTheme): void {
  theme.value = next;
  keepPreferences(language.value);
}

export function Choices() {
  const id = useId();
  return (
    <div class="choices">
      <div class="field">
        <label for={`${id}-language`}>{words('language')}</label>
        <select
          id={`${id}-language`}
          class="input"
          value={language.value}
          data-testid="language"
          onChange={(event) => setLanguage(event.currentTarget.value as Language)}
        >
          {LANGUAGES.map((name) => <option key={name} value={name} lang={name}>{LANGUAGE_NAMES[name]}</option>)}
        </select>
      </div>
      <div class="field">
        <label for={`${id}-theme`}>{words('theme')}</label>
        <select id={`${id}-theme`} class="input" value={theme.value} data-testid="theme" onChange={(event) => setTheme(event.currentTarget.value as ConsoleTheme)}>
          {THEMES.map((name) => <option key={name} value={name}>{words(`theme_${name}`)}</option>)}
        </select>
      </div>
    </div>
  );
}
