/** The next of the phone's rear cameras: with some, only one of them can focus on a label. The choice is kept on the phone. */
import type { CameraInUse } from './use-camera';
import { RoundButton } from '../parts/button';
import { sayCamera } from './words-camera';

export function LensButton({ camera, lenses, choose }: Pick<CameraInUse, 'camera' | 'lenses' | 'choose'>) {
  if (!camera || lenses.length < 2) return null;
  const place = Math.max(0, lenses.indexOf(camera.lens));
  const next = lenses[(place + 1) % lenses.length] ?? camera.lens;
  return <RoundButton icon="switch-camera" label={sayCamera('lens', { n: place + 1, all: lenses.length })} testid="lens" onTap={() => choose(next)} />;
}
