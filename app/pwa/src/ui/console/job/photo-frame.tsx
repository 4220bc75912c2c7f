/** One photo in a frame of its own shape, so that nothing jumps when the bytes come. */
import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { Photo } from '../../../domain/job';
import type { BlobState } from '../../../state/console/shapes';
import { Icon } from '../../parts/icon';
import { say } from './words';

export type PictureState = 'shown' | 'still_on_phone' | 'not_shown';

export function pictureState(blob: BlobState | undefined): PictureState {
  if (blob === undefined || !blob.verified) return 'still_on_phone';
  return blob.is_picture ? 'shown' : 'not_shown';
}

export function viewAddress(sha256: string): string {
  return `/api/v1/blobs/${sha256}/view`;
}

export function thumbAddress(sha256: string): string {
  return `/api/v1/blobs/${sha256}/thumb`;
}

export function blobAddress(sha256: string): string {
  return `/api/v1/blobs/${sha256}`;
}

export function PhotoFrame({ photo, blob, label, children }: {
  readonly photo: Photo;
  readonly blob: BlobState | undefined;
  readonly label: string;
  readonly children?: ComponentChildren;
}) {
  const [failed, setFailed] = useState(false);
  useEffect(() => setFailed(false), [photo.sha256, blob?.verified]);
  const state = failed ? 'not_shown' : pictureState(blob);
  return (
    <div class={`photo-frame ${photo.retracted ? 'retracted' : ''}`} style={{ '--ratio': String(photo.w / photo.h) }} data-testid="photo-frame">
      {state === 'shown' ? (
        <img src={viewAddress(photo.sha256)} alt={label} width={photo.w} height={photo.h} decoding="async" draggable={false} onError={() => setFailed(true)} />
      ) : (
        <div class="photo-away">
          <Icon name={state === 'still_on_phone' ? 'smartphone' : 'image-off'} />
          <strong>{say(state)}</strong>
          <p class="small">{say(`${state}_text`)}</p>
          {state === 'not_shown' && <a href={blobAddress(photo.sha256)} download>{say('download')}</a>}
        </div>
      )}
      {children}
    </div>
  );
}

/** The small one of the filmstrip. */
export function Thumb({ photo, blob }: { readonly photo: Photo; readonly blob: BlobState | undefined }) {
  const [failed, setFailed] = useState(false);
  if (failed || pictureState(blob) !== 'shown') {
    return <span class="thumb-away"><Icon name={pictureState(blob) === 'still_on_phone' ? 'smartphone' : 'image-off'} /></span>;
  }
  return <img src={thumbAddress(photo.sha256)} alt="" loading="lazy" decoding="async" onError={() => setFailed(true)} />;
}
