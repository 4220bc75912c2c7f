/** What the phone's own camera took while the phone ended this app: it is said, with the way back to where it was for. */
import { useEffect, useState } from 'preact/hooks';
import { comeBack, leftFrom } from '../../state/outside';
import { Button } from '../parts/button';
import { Notice } from '../parts/notice';
import { go } from './route';
import { sayCamera } from './words-camera';

export function NotArrived() {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => void leftFrom().then(setAddress), []);
  if (address === null) return null;
  const done = (): void => {
    comeBack();
    setAddress(null);
  };
  const isHere = address === location.hash;
  return (
    <Notice tone="warn" icon="camera" title={sayCamera('not_arrived')} testid="not-arrived">
      <p>{sayCamera('not_arrived_text')}</p>
      <div class="row">
        {!isHere && (
          <Button
            icon="camera"
            testid="not-arrived-again"
            onTap={() => {
              done();
              go(address);
            }}
          >
            {sayCamera('not_arrived_again')}
          </Button>
        )}
        <Button kind="link" testid="not-arrived-close" onTap={done}>
          {sayCamera('not_arrived_close')}
        </Button>
      </div>
    </Notice>
  );
}
