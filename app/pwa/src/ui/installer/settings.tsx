/** How the app speaks and looks, and what this phone is. */
import { buildId, identity } from '../../state/app';
import { language, setLanguage, setTheme, theme } from '../../state/settings';
import { shellKept } from '../../state/update';
import { moment } from '../i18n/format';
import { Icon } from '../parts/icon';
import { Tiles } from '../parts/tiles';
import { comfort, setComfort, TEXT_SIZES } from './comfort';
import { Frame } from './frame';
import { address } from './route';
import { say } from './words';
import { saySend } from './words-send';

const THEMES = ['auto', 'light', 'dark', 'sun'] as const;
const THEME_ICONS = { auto: 'sun-moon', light: 'sun', dark: 'moon', sun: 'eye' } as const;

export function Settings() {
  const who = identity.value;
  return (
    <Frame testid="settings" title={saySend('settings')}>
      <Tiles
        legend={saySend('language')}
        options={[
          { value: 'en', title: 'English' },
          { value: 'zh-Hans', title: '中文' },
        ]}
        chosen={language.value}
        testid="language"
        onChoose={(chosen) => setLanguage(chosen === 'en' ? 'en' : 'zh-Hans')}
      />
      <Tiles
        legend={saySend('theme')}
        options={THEMES.map((name) => ({ value: name, title: saySend(`theme_${name}`), icon: THEME_ICONS[name] }))}
        chosen={theme.value}
        testid="theme"
        onChoose={(chosen) => setTheme(THEMES.find((name) => name === chosen) ?? 'auto')}
      />
      <Tiles
        legend={saySend('text_size')}
        options={TEXT_SIZES.map((size) => ({ value: String(size), title: saySend(`text_${size}`) }))}
        chosen={String(comfort.value.text)}
        testid="text-size"
        onChoose={(size) => setComfort({ ...comfort.value, text: Number(size) })}
      />
      <Tiles
        legend={saySend('thumb')}
        options={(['left', 'right'] as const).map((side) => ({ value: side, title: saySend(`thumb_${side}`), icon: 'hand' }))}
        chosen={comfort.value.thumb}
        testid="thumb"
        onChoose={(side) => setComfort({ ...comfort.value, thumb: side === 'left' ? 'left' : 'right' })}
      />
      <section class="card stack tight">
        <h2>{saySend('about')}</h2>
        {who && <p>{saySend('enrolled', { name: who.user.name, company: who.tenant.name, time: moment(who.enrolled_at) })}</p>}
        {who && (
          <p class="small">
            {saySend('device')}: <span class="code">{who.device_id}</span>
          </p>
        )}
        <p class="small">
          <span class="code">{saySend('build', { build: buildId })}</span>
        </p>
        {shellKept.value !== null && (
          <p class={`mark ${shellKept.value ? 'ok' : 'warn'}`}>
            <Icon name={shellKept.value ? 'circle-check' : 'triangle-alert'} />
            {saySend(shellKept.value ? 'app_kept' : 'app_not_kept')}
          </p>
        )}
      </section>
      <a class="button link start" href={address('check')}>
        <Icon name="list-checks" />
        {saySend('check')}
      </a>
      <a class="button link start" href="/rescue" data-testid="to-rescue">
        <Icon name="package" />
        {say('to_rescue')}
      </a>
    </Frame>
  );
}
