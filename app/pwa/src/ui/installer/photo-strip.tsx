/** The photos of one step and role, each with its truthful mark; a tap shows one large, to take again or remove. */
import { useState } from 'preact/hooks';
import { isCopy, type Photo } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { entry, type Entry } from '../../state/record';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Sheet } from '../parts/sheet';
import { toast } from '../parts/toast';
import { byWhom } from './finding-card';
import { address, go } from './route';
import { saveAll } from './saving';
import { ItemMark } from './sync-bar';
import { useAnyPhoto } from './use';
import { copiesOf } from './work';
import { sayJob } from './words-job';
import { sayStep } from './words-step';

export function PhotoStrip({ view, photos, title }: { readonly view: JobView; readonly photos: readonly Photo[]; readonly title: string }) {
  const [opened, setOpened] = useState<Photo | null>(null);
  return (
    <>
      <ul class="photos">
        {withCopies(view, photos).map((photo, index) => (
          <li key={photo.photo_id}>
            <button type="button" class="photo" aria-label={`${title} ${index + 1}`} data-testid="photo" data-sha256={photo.sha256} onClick={() => setOpened(photo)}>
              <Thumb sha256={photo.sha256} />
            </button>
            <ItemMark sha256={photo.sha256} deviceId={photo.device_id} />
            {isCopy(photo) && <span class="mark quiet">{sayStep('photo_marked')}</span>}
            {photo.after_signoff && <span class="mark quiet">{sayStep('photo_after_signoff')}</span>}
          </li>
        ))}
      </ul>
      {opened && <PhotoSheet view={view} photo={opened} title={title} onClose={() => setOpened(null)} />}
    </>
  );
}

/** Each photo with its marked copies behind it. */
function withCopies(view: JobView, photos: readonly Photo[]): Photo[] {
  return photos.flatMap((photo) => [photo, ...copiesOf(view.state, photo.photo_id)]);
}

/** A photo is taken back together with its marked copies: they show the same, and nobody would find them without it. */
export function takenBack({ state }: Pick<JobView, 'state'>, photoId: string, reason: string): Entry[] {
  return [photoId, ...copiesOf(state, photoId).map(({ photo_id }) => photo_id)].map((photo_id) => entry('photo.retracted', { photo_id, reason }));
}

export function Thumb({ sha256 }: { readonly sha256: string }) {
  const url = useAnyPhoto(sha256, 'thumb');
  return url ? <img src={url} alt="" /> : <Icon name={url === '' ? 'image-off' : 'camera'} class="quiet" />;
}

function PhotoSheet({ view, photo, title, onClose }: { readonly view: JobView; readonly photo: Photo; readonly title: string; readonly onClose: () => void }) {
  const url = useAnyPhoto(photo.sha256);
  const at = { id: photo.step_id ?? '', unit: photo.unit_id ?? '', part: photo.component ?? '', role: photo.role, ...(photo.step_id === null && { for: 'failure' }) };
  const remove = async (): Promise<void> => {
    if (!(await saveAll(view.job_id, takenBack(view, photo.photo_id, 'removed')))) return;
    onClose();
    toast(sayStep('photo_removed'));
  };
  return (
    <Sheet title={title} testid="photo-sheet" onClose={onClose}>
      {url ? <img class="photo-large" src={url} alt={title} /> : url === '' && <p class="quiet">{sayStep('photo_gone')}</p>}
      <div class="row apart small">
        <span class="quiet figures">{byWhom(view.people[photo.actor], photo.at)}</span>
        <ItemMark sha256={photo.sha256} deviceId={photo.device_id} />
      </div>
      {!isCopy(photo) && (
        <>
          <Button kind="primary" icon="rotate-ccw" testid="retake" onTap={() => go(address('photo', view.job_id, { ...at, replaces: photo.photo_id }))}>
            {sayJob('take_again')}
          </Button>
          <Button wide icon="signature" testid="mark-photo" onTap={() => go(address('mark', view.job_id, { id: photo.photo_id }))}>
            {sayStep('photo_mark')}
          </Button>
        </>
      )}
      <div class="row apart">
        <Button kind="link" icon="trash-2" testid="remove-photo" onTap={remove}>
          {sayStep('photo_remove')}
        </Button>
        <Button kind="link" onTap={onClose}>
          {sayStep('close')}
        </Button>
      </div>
    </Sheet>
  );
}
