/** Small hooks between the phone's state and a screen. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Json } from '../../domain/events';
import { clearDraft, loadDraft, saveDraft } from '../../state/drafts';
import { jobById, type JobView } from '../../state/jobs';
import { officePhotoUrl, photoUrl, thumbUrl } from '../../state/items';

export function useJob(jobId: string): JobView | null {
  return useMemo(() => jobById(jobId), [jobId]).value;
}

/** A local copy's address while the component is there; null while it is looked for, '' when this phone has none. */
export function usePhoto(sha256: string | null, size: 'thumb' | 'full'): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (sha256 === null) return;
    let gone = false;
    let made: string | null = null;
    void (size === 'thumb' ? thumbUrl(sha256) : photoUrl(sha256)).then((found) => {
      made = found;
      if (gone && found) URL.revokeObjectURL(found);
      else setUrl(found ?? '');
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [sha256, size]);
  return url;
}

/** As `usePhoto`; the office's picture when this phone has none, as for what another phone took. */
export function useAnyPhoto(sha256: string, size: 'thumb' | 'full' = 'full'): string | null {
  const own = usePhoto(sha256, size);
  const [other, setOther] = useState<string | null>(null);
  useEffect(() => {
    if (own !== '') return;
    let gone = false;
    let made: string | null = null;
    void officePhotoUrl(sha256, size).then((found) => {
      made = found;
      if (gone && found) URL.revokeObjectURL(found);
      else setOther(found ?? '');
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [sha256, own, size]);
  return own === '' ? other : own;
}

/** Whether this screen is still the one that is shown: what ends late must not lead away from another. */
export function useShown(): () => boolean {
  const shown = useRef(true);
  useEffect(() => () => void (shown.current = false), []);
  return () => shown.current;
}

const DRAFT_PAUSE_MS = 250;

/** What is being written, kept on the phone while it is written, so that a killed app comes back with it. */
export function useDraft<Value extends Json>(key: string, empty: Value): [value: Value, write: (value: Value) => void, clear: () => void] {
  const [value, setValue] = useState(empty);
  const touched = useRef(false);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; keep: () => void } | null>(null);
  const forget = (): void => {
    clearTimeout(pending.current?.timer);
    pending.current = null;
  };
  // Before anything can be typed: an effect that waits for the next picture, as those of a page in the background do, would wipe it.
  useLayoutEffect(() => {
    touched.current = false;
    setValue(empty);
    void loadDraft(key).then((kept) => {
      if (kept !== null && !touched.current) setValue(kept as Value);
    });
    return () => {
      pending.current?.keep();
      forget();
    };
  }, [key]);
  const write = (next: Value): void => {
    touched.current = true;
    setValue(next);
    forget();
    const keep = (): void => void saveDraft(key, next);
    pending.current = { timer: setTimeout(keep, DRAFT_PAUSE_MS), keep };
  };
  const clear = (): void => {
    touched.current = true;
    forget();
    setValue(empty);
    void clearDraft(key);
  };
  return [value, write, clear];
}
