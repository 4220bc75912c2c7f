/** A photo that looks blurred or dark, said at once: take it again, or keep it with a reason that goes into the record. */
import { useState } from 'preact/hooks';
import type { Weakness } from '../../device/photo-measure';
import { Button } from '../parts/button';
import { Sheet } from '../parts/sheet';
import { Tiles } from '../parts/tiles';
import { sayCamera } from './words-camera';

const REASONS = ['readable', 'best', 'machine'] as const;

export function WeakSheet({ weakness, url, decide }: {
  readonly weakness: Weakness;
  readonly url: string;
  /** undefined: take again; a text: keep, for that reason. */
  readonly decide: (override: string | undefined) => void;
}) {
  const [why, setWhy] = useState<string | null>(null);
  const [keeping, setKeeping] = useState(false);
  return (
    <Sheet title={sayCamera(`weak_${weakness}`)} testid="weak" onClose={() => decide(undefined)}>
      <img class="photo-large" src={url} alt="" />
      <p>{sayCamera(`weak_do_${weakness}`)}</p>
      <p class="quiet">{sayCamera('weak_text')}</p>
      {keeping && (
        <Tiles
          legend={sayCamera('weak_why')}
          single
          options={REASONS.map((reason) => ({ value: reason, title: sayCamera(`weak_${reason}`) }))}
          chosen={why}
          testid="weak-why"
          onChoose={(reason) => {
            setWhy(reason);
            decide(reason);
          }}
        />
      )}
      <Button kind="primary" icon="camera" testid="weak-again" onTap={() => decide(undefined)}>
        {sayCamera('weak_again')}
      </Button>
      {!keeping && (
        <Button kind="link" wide testid="weak-keep" onTap={() => setKeeping(true)}>
          {sayCamera('weak_keep')}
        </Button>
      )}
    </Sheet>
  );
}
