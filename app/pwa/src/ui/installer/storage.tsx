/** What this phone holds and what still fits: own counts and a true write, not what the browser says of itself. */
import { useEffect, useState } from 'preact/hooks';
import { isInstalled } from '../../device/platform';
import { hasPersisted } from '../../device/storage';
import { heldBytes, keepsTwo, measureRoom, photoBytes, room, type Room } from '../../state/storage';
import { status } from '../../state/sync-status';
import { bytesText } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { Frame } from './frame';
import { saySend } from './words-send';

/** Fewer do not last for a job. */
export const FEW_PHOTOS = 40;

export function Storage() {
  const [measuring, setMeasuring] = useState(true);
  const [persisted, setPersisted] = useState<boolean | null>(null);
  const measure = async (): Promise<void> => {
    setMeasuring(true);
    await measureRoom();
    setMeasuring(false);
  };
  useEffect(() => {
    void measure();
    void hasPersisted().then(setPersisted);
  }, []);
  const fit = fitting(room.value);
  const twice = keepsTwo();
  return (
    <Frame
      testid="storage"
      title={saySend('storage')}
      actions={
        <Button kind="primary" icon="refresh-cw" disabled={measuring} testid="measure" onTap={measure}>
          {saySend('storage_again')}
        </Button>
      }
    >
      {!measuring && fit !== null && fit < FEW_PHOTOS && (
        <Notice tone="warn" title={saySend('storage_low')} testid="storage-low">
          <p>{saySend('storage_low_text')}</p>
        </Notice>
      )}
      <dl class="card measures">
        <Line name={saySend('storage_fit')} text={measuring ? saySend('storage_trying') : fitText(room.value)} testid="fit" good={measuring || fit === null ? undefined : fit >= FEW_PHOTOS} />
        <Line name={saySend('storage_held')} text={bytesText(heldBytes.value)} testid="held" />
        <Line name={saySend('storage_unsent')} text={bytesText(status.value.pending_bytes)} testid="unsent" />
        <Line name={saySend('storage_copies')} text={saySend(twice ? 'storage_copies_2' : 'storage_copies_1')} testid="copies" good={twice} />
        <Line name={saySend('storage_persisted')} text={saySend(persisted ? 'storage_persisted_yes' : 'storage_persisted_no')} testid="persisted" good={persisted === true} />
        <Line name={saySend('storage_mode')} text={saySend(isInstalled() ? 'storage_mode_installed' : 'storage_mode_tab')} testid="mode" good={isInstalled()} />
      </dl>
    </Frame>
  );
}

function Line({ name, text, testid, good }: { readonly name: string; readonly text: string; readonly testid: string; readonly good?: boolean | undefined }) {
  return (
    <div class="fact" data-testid={testid} data-good={String(good)}>
      <dt class="quiet">{name}</dt>
      <dd>
        {good !== undefined && <Icon name={good ? 'circle-check' : 'triangle-alert'} class={good ? 'ok' : 'warn'} />}
        <span class="figures">{text}</span>
      </dd>
    </div>
  );
}

export function fitting(now: Room | null): number | null {
  return now && Math.floor(now.bytes / photoBytes.value);
}

export function fitText(now: Room | null): string {
  const fit = fitting(now);
  if (now === null || fit === null) return saySend('storage_fit_unknown');
  return saySend(now.enough ? 'storage_fit_many' : 'storage_fit_some', { n: fit });
}
