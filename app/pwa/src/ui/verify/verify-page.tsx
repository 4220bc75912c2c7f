/** Checks the seal in the link, and any proof file that is chosen or dropped; says what that proves and what it does not. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { language } from '../i18n/catalogue';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { checkFile, compactOf, FILE_BYTES_MAX, judge, readCompact, type FileResult, type Judgement, type Seal } from './check';
import { FileVerdict, type FileChecked } from './file-verdict';
import { officeKeys, type KeysFound } from './keys';
import { LinkVerdict } from './link-verdict';
import { say } from './words';

export type LinkChecked = { readonly seal: Seal; readonly judgement: Judgement } | 'broken' | 'none' | 'checking';

export function VerifyPage() {
  const [found, setFound] = useState<KeysFound | null>(null);
  const [link, setLink] = useState<LinkChecked>('checking');
  const [file, setFile] = useState<FileChecked | null>(null);
  const [over, setOver] = useState(false);
  const keys = useRef<Promise<KeysFound> | null>(null);
  const canCheck = globalThis.crypto?.subtle !== undefined;

  const ask = (): Promise<KeysFound> => (keys.current ??= officeKeys());
  const checkLink = async (): Promise<void> => {
    const fragment = location.hash;
    if (fragment.length <= 1) return setLink('none');
    const seal = readCompact(fragment);
    if (seal === null) return setLink('broken');
    setLink('checking');
    setLink({ seal, judgement: await judge(seal, (await ask()).keys) });
  };
  const checkChosen = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    if (chosen.size > FILE_BYTES_MAX) return setFile({ name: chosen.name, result: 'too_large' });
    setFile({ name: chosen.name, result: 'checking' });
    let result: FileResult | 'unread' = 'unread';
    try {
      result = await checkFile(await chosen.text(), (await ask()).keys);
    } catch {
      // The browser lost the file, for example on a drive that was pulled.
    }
    setFile({ name: chosen.name, result });
  };

  useEffect(() => {
    if (!canCheck) return;
    void ask().then(setFound);
    void checkLink();
    const again = (): void => void checkLink();
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language.value;
    document.title = `${say('title')} · Doorstep`;
  });

  return (
    <div
      class={`verify ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => event.target === event.currentTarget && setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void checkChosen(event.dataTransfer?.files[0]);
      }}
    >
      <header class="row apart">
        <span class="verify-brand"><Icon name="door-open" /> Doorstep</span>
        <button type="button" class="button link" lang={language.value === 'en' ? 'zh-Hans' : 'en'} data-testid="language" onClick={() => { language.value = language.value === 'en' ? 'zh-Hans' : 'en'; }}>
          <Icon name="languages" /> {say('language')}
        </button>
      </header>
      <main class="stack">
        <h1>{say('title')}</h1>
        <p class="quiet">{say('lead')}</p>
        {!canCheck && <Notice tone="stop" title={say('no_crypto')} alert><p>{say('no_crypto_text')}</p></Notice>}
        <div aria-live="polite" class="stack">
          <LinkVerdict link={link} />
          {file && <FileVerdict file={file} linked={typeof link === 'object' ? compactOf(link.seal) : null} />}
        </div>
        {canCheck && (
          <div class="card chooser">
            <label class="button primary choose">
              <Icon name="package" />
              <span>{file === null ? say('choose') : say('choose_other')}</span>
              <input
                type="file"
                accept=".json,application/json"
                class="unseen"
                data-testid="proof-file"
                onChange={(event) => {
                  void checkChosen(event.currentTarget.files?.[0]);
                  event.currentTarget.value = '';
                }}
              />
            </label>
            <p class="small quiet">{say('choose_hint')}</p>
          </div>
        )}
        {found?.kept && found.keys !== null && <p class="small quiet row" data-testid="kept-keys"><Icon name="wifi-off" /> {say('kept_keys')}</p>}
        <Limits />
      </main>
    </div>
  );
}

function Limits() {
  return (
    <div class="limits">
      <section class="stack tight">
        <h2>{say('proves')}</h2>
        <ul class="stack tight">
          {(['proves_1', 'proves_2', 'proves_3'] as const).map((key) => <li key={key} class="limit"><Icon name="check" class="ok" /><span>{say(key)}</span></li>)}
        </ul>
      </section>
      <section class="stack tight">
        <h2>{say('does_not')}</h2>
        <ul class="stack tight">
          {(['does_not_1', 'does_not_2', 'does_not_3'] as const).map((key) => <li key={key} class="limit"><Icon name="x" class="quiet" /><span>{say(key)}</span></li>)}
        </ul>
      </section>
    </div>
  );
}
