/** The light of the camera in use, where it has one. */
import { useState } from 'preact/hooks';
import type { Camera } from '../../device/camera';
import { RoundButton } from '../parts/button';
import { toast } from '../parts/toast';
import { sayCamera } from './words-camera';

export function TorchButton({ camera }: { readonly camera: Camera }) {
  const [on, setOn] = useState(false);
  const turn = async (): Promise<void> => {
    const lit = await camera.setTorch(!on);
    setOn(lit);
    // A light that was announced and is not there, or is too hot.
    if (!on && !lit) toast(sayCamera('torch_failed'));
  };
  return <RoundButton icon="flashlight" label={sayCamera('torch')} pressed={on} onTap={turn} />;
}
