/** On an iPhone's browser tab: install first. The tab's storage is not the app's, so nothing may be captured here. */
import { useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { Frame } from './frame';
import { sayEnrol } from './words-enrol';

/** A job opened in an iPhone's browser tab, where nothing may be captured. */
export function NoCapture() {
  return (
    <Frame testid="no-capture" title={sayEnrol('no_capture')}>
      <InstallHelp code="" />
    </Frame>
  );
}

export function InstallHelp({ code }: { readonly code: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="stack" data-testid="install-help">
      <h1>{sayEnrol('install_title')}</h1>
      <p>{sayEnrol('install_text')}</p>
      <ol class="stack">
        <li class="card install-step">
          <SharePicture />
          <span>{sayEnrol('install_share')}</span>
        </li>
        <li class="card install-step">
          <AddPicture />
          <span>{sayEnrol('install_add')}</span>
        </li>
        <li class="card install-step">
          <HomePicture />
          <span>{sayEnrol('install_open')}</span>
        </li>
      </ol>
      {code && (
        <div class="stack tight">
          <p>{sayEnrol('install_then')}</p>
          <p class="card code">{code}</p>
          <Button
            wide
            icon="copy"
            onTap={async () => {
              await navigator.clipboard.writeText(code).catch(() => undefined);
              setCopied(true);
            }}
          >
            {sayEnrol(copied ? 'copied' : 'copy_code')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The browser's bottom bar with its share sign. */
function SharePicture() {
  return (
    <svg viewBox="0 0 96 72" aria-hidden="true">
      <rect class="pic-paper" x="2" y="2" width="92" height="68" rx="10" />
      <path class="pic-rule" d="M2 46h92" />
      <path class="pic-hand" d="M48 64V50m-6 5l6-6 6 6M40 58v8h16v-8" />
      <path class="pic-line" d="M14 16h68M14 30h44" />
    </svg>
  );
}

/** The line with a plus in a square. */
function AddPicture() {
  return (
    <svg viewBox="0 0 96 72" aria-hidden="true">
      <rect class="pic-paper" x="2" y="2" width="92" height="68" rx="10" />
      <path class="pic-rule" d="M2 24h92M2 48h92" />
      <path class="pic-line" d="M12 13h40M12 36h48M12 60h32" />
      <path class="pic-hand" d="M70 29h14v14H70zM77 32v8m-4-4h8" />
    </svg>
  );
}

/** The home screen with the app's door among the others. */
function HomePicture() {
  return (
    <svg viewBox="0 0 96 72" aria-hidden="true">
      <rect class="pic-paper" x="2" y="2" width="92" height="68" rx="10" />
      <path class="pic-line" d="M14 14h12v12H14zM70 14h12v12H70zM14 44h12v12H14zM70 44h12v12H70z" />
      <path class="pic-hand" d="M36 36l12-12 12 12v16H36zM43 52V42h10v10" />
    </svg>
  );
}
