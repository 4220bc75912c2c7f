/** The light of the camera in use, where it has one. */
import { useState } from 'preact/hooks';
import type { Camera } from '../../device/camera';
import { RoundButton } from '../parts/button';
import { sayCamera } from './words-camera';

export function TorchButton({ camera }: { readonly camera: Camera }) {
  const [on, setOn] = useState(false);
  const turn = async (): Promise<void> => {
    await camera.setTorch(!on);
    setOn(!on);
  };
  return <RoundButton icon="flashlight" label={sayCamera('torch')} pressed={on} onTap={turn} />;
}
