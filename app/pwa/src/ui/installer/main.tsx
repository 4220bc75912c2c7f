import { effect } from '@preact/signals';
import { render } from 'preact';
import { boot } from '../../state/app';
import { language as kept, theme } from '../../state/settings';
import { language } from '../i18n/catalogue';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/parts.css';
import '../styles/forms.css';
import '../styles/installer.css';
import '../styles/job.css';
import '../styles/step.css';
import '../styles/enrol.css';
import { App } from './app';
import { followAddress } from './route';

const page = document.documentElement;

effect(() => {
  language.value = kept.value;
  page.lang = kept.value;
});
effect(() => {
  if (theme.value === 'auto') delete page.dataset['theme'];
  else page.dataset['theme'] = theme.value;
});

followAddress();
void boot();
const root = document.getElementById('root');
// What the page held until now has served: kept, the way out for an app that does not start would come to lie over one that did.
root?.replaceChildren();
if (root) render(<App />, root);
