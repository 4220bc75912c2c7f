/** Starts the console. */
import { render } from 'preact';
import { applyTheme, keptPreferences, theme } from '../../state/console/preferences';
import { language, LANGUAGES } from '../i18n/catalogue';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/parts.css';
import '../styles/forms.css';
import './styles/console.css';
import './styles/queue.css';
import './styles/job.css';
import './styles/evidence.css';
import './styles/decision.css';
import './styles/pages.css';
import './styles/phones.css';
import './styles/proof.css';
import { App } from './app';
import { commitOnLeaving } from './job/deciding';
import { followLinks } from './navigation';

const kept = keptPreferences();
if (kept.theme !== null) theme.value = kept.theme;
language.value = LANGUAGES.find((name) => name === kept.language) ?? language.value;
document.documentElement.lang = language.value;
applyTheme(document.documentElement);
followLinks();
commitOnLeaving();

const root = document.getElementById('root');
if (root) render(<App />, root);
