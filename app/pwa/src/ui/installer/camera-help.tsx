/** When there is no picture from the camera: why, what to do, and the other way to take the photo. */
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { NotArrived } from './not-arrived';
import type { Trouble } from './use-camera';
import { sayCamera } from './words-camera';

export function CameraHelp({ problem, again, children }: { readonly problem: Trouble; readonly again: () => void; readonly children?: preact.ComponentChildren }) {
  return (
    <div class="camera-help stack" role="alert" data-testid="camera-help" data-problem={problem}>
      {problem === 'denied' && <SettingPicture />}
      <h2 class="row">
        <Icon name="camera" /> {sayCamera(`${problem}_title`)}
      </h2>
      <p>{sayCamera(`${problem}_text`)}</p>
      <NotArrived />
      {children}
      {problem !== 'insecure' && (
        <Button kind="link" icon="refresh-cw" wide onTap={again}>
          {sayCamera('try_again')}
        </Button>
      )}
    </div>
  );
}

/** A phone's settings line, with its switch on. */
function SettingPicture() {
  return (
    <svg class="setting-picture" viewBox="0 0 280 120" role="img" aria-label={sayCamera('setting_picture')}>
      <rect class="pic-paper" x="2" y="2" width="276" height="116" rx="16" />
      <path class="pic-line" d="M20 40h90M20 92h60" />
      <path class="pic-rule" d="M2 64h276" />
      <rect class="pic-on" x="206" y="24" width="56" height="30" rx="15" />
      <circle class="pic-knob" cx="247" cy="39" r="11" />
      <rect class="pic-off" x="206" y="76" width="56" height="30" rx="15" />
      <circle class="pic-knob" cx="221" cy="91" r="11" />
      <path class="pic-hand" d="M178 39h18m-7-7l7 7-7 7" />
    </svg>
  );
}
