/**
 * Saving, from a screen's point of view: it is saved, or a blocking sheet says that it is not, with the photo still
 * there. Nothing goes on until the person has saved again or chosen to leave it.
 */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { FactKind, Kinds } from '../../domain/kinds';
import { Attempt, entry, FactInvalid, StorageFailed, StorageFull, type Entry, type Saved } from '../../state/record';
import { Button } from '../parts/button';
import { Sheet } from '../parts/sheet';
import { say } from './words';

export interface Bytes {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
}

interface Unsaved {
  readonly why: 'full' | 'failed' | 'unsure' | 'invalid';
  readonly photo: Bytes | null;
  readonly decide: (again: boolean) => void;
}

const unsaved = signal<Unsaved | null>(null);

/** Records a fact about a job. Null when it could not be kept and the person chose to leave it unsaved. */
export function save<Kind extends FactKind>(jobId: string, kind: Kind, data: Kinds[Kind], blobs: readonly Bytes[] = []): Promise<Saved | null> {
  return saveAll(jobId, [entry(kind, data, blobs)]);
}

/** As `save`, of several facts: all of them or none. */
export async function saveAll(jobId: string, entries: readonly Entry[]): Promise<Saved | null> {
  const attempt = new Attempt(jobId, entries);
  for (;;) {
    try {
      return await attempt.save();
    } catch (error) {
      const why = whyOf(error);
      const photo = entries.flatMap(({ blobs }) => blobs).find((blob) => blob.mime.startsWith('image/')) ?? null;
      const again = await new Promise<boolean>((decide) => {
        unsaved.value = { why, photo, decide };
      });
      unsaved.value = null;
      if (!again) return null;
    }
  }
}

function whyOf(error: unknown): Unsaved['why'] {
  if (error instanceof StorageFull) return 'full';
  if (error instanceof FactInvalid) return 'invalid';
  return error instanceof StorageFailed && error.unsure ? 'unsure' : 'failed';
}

export function UnsavedPlace() {
  const now = unsaved.value;
  return now && <UnsavedSheet key={now.why} {...now} />;
}

function UnsavedSheet({ why, photo, decide }: Unsaved) {
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    if (!photo) return;
    const url = URL.createObjectURL(new Blob([photo.bytes], { type: photo.mime }));
    setPicture(url);
    return () => URL.revokeObjectURL(url);
  }, [photo]);
  return (
    <Sheet blocking title={say('unsaved_title')} testid="unsaved" onClose={() => undefined}>
      {picture && <img class="unsaved-photo" src={picture} alt={say('unsaved_photo')} />}
      <p role="alert">{say(`unsaved_${why}`)}</p>
      {why !== 'invalid' && (
        <Button kind="primary" icon="rotate-ccw" testid="save-again" onTap={() => decide(true)}>
          {say('save_again')}
        </Button>
      )}
      <Button kind={why === 'invalid' ? 'primary' : 'link'} wide testid="leave-unsaved" onTap={() => decide(false)}>
        {say(why === 'invalid' ? 'back' : 'unsaved_leave')}
      </Button>
    </Sheet>
  );
}
