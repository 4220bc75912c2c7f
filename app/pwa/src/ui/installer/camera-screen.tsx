/** The camera for one role: outline, hint, shutter. A photo is shown in place at once, with where it truly is. */
import { useEffect, useState } from 'preact/hooks';
import { find } from '../../domain/job';
import { copyOf, NotAPicture, preparePhoto, readyForPhotos, TooManyPixels, type PreparedPhoto } from '../../device/photo';
import { weaknessOf, type Weakness } from '../../device/photo-measure';
import type { PhotoRole } from '../../domain/standard';
import { keepThumb } from '../../state/items';
import { newId } from '../../state/record';
import type { JobView } from '../../state/jobs';
import { pick } from '../i18n/catalogue';
import { Button, RoundButton } from '../parts/button';
import { CameraHelp } from './camera-help';
import { FileButton } from './file-button';
import { NoJob } from './job';
import { LensButton } from './lens-button';
import { takenBack, Thumb } from './photo-strip';
import { back, type Query } from './route';
import { save, saveAll } from './saving';
import { vibrate } from './sounds';
import { ItemMark } from './sync-bar';
import { TorchButton } from './torch-button';
import { useCamera, useDarkness } from './use-camera';
import { useJob, useShown } from './use';
import { WeakSheet } from './weak-sheet';
import { photosOf, roleOf, stepAt } from './work';
import { say } from './words';
import { sayCamera } from './words-camera';
import '../styles/camera.css';

const PLAIN_ROLE = { max_side: 1920, quality: 82 };

interface Caught {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
  readonly source: 'camera' | 'file';
}

export function CameraScreen({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  return view && query.role ? <RoleCamera view={view} query={query} role={query.role} /> : <NoJob />;
}

function RoleCamera({ view, query, role }: { readonly view: JobView; readonly query: Query; readonly role: string }) {
  const step = stepAt(view, query);
  const spec = roleOf(view.standards, role, step?.standard_id);
  const at = { step_id: query.id || null, unit_id: query.unit || null, component: query.part || null };
  const taken = photosOf(view.state, at, role);
  const min = step?.rule.evidence.find((asked) => asked.kind === 'photo' && asked.role === role);
  const needed = min?.kind === 'photo' ? min.min : 1;
  const single = Boolean(query.finding || query.replaces);

  const { video, camera, problem, again, lenses, choose } = useCamera(true);
  const [still, setStill] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const isShown = useShown();
  useEffect(readyForPhotos, []);
  const [weak, setWeak] = useState<{ weakness: Weakness; url: string; decide: (override: string | null | undefined) => void } | null>(null);
  const dark = useDarkness(video, camera !== null && still === null);

  const keep = async (photo: PreparedPhoto, source: Caught['source'], override: string | null): Promise<boolean> => {
    const finding = query.finding ? find(view.state.findings, 'finding_id', query.finding) : null;
    const saved = await save(
      view.job_id,
      'photo.captured',
      {
        photo_id: newId(),
        role,
        ...at,
        sha256: photo.sha256,
        size: photo.bytes.byteLength,
        mime: photo.mime,
        w: photo.w,
        h: photo.h,
        source,
        quality: { focus: photo.focus, brightness: photo.brightness, glare: photo.glare, override },
        finding_id: finding?.finding_id ?? null,
      },
      [{ bytes: photo.bytes, mime: photo.mime }],
    );
    if (!saved) return false;
    void keepThumb(photo.sha256, photo.thumb);
    // The old one is taken back only now: until the new one is safe, a photo is better than none.
    if (query.replaces) await saveAll(view.job_id, takenBack(view, query.replaces, 'taken again'));
    return true;
  };

  const process = async ({ bytes, mime, source }: Caught): Promise<void> => {
    const url = URL.createObjectURL(new Blob([bytes], { type: mime }));
    setTrouble(null);
    setStill(url);
    try {
      const photo = await preparePhoto(bytes, mime, spec ?? PLAIN_ROLE);
      const weakness = weaknessOf(photo);
      const override = weakness && (await new Promise<string | null | undefined>((decide) => setWeak({ weakness, url, decide })));
      setWeak(null);
      if (override === undefined) return;
      const kept = await keep(photo, source, override);
      if (kept && single && isShown()) back();
    } catch (error) {
      setTrouble(error instanceof TooManyPixels ? sayCamera('too_many_pixels', { n: error.megapixels }) : sayCamera(error instanceof NotAPicture ? 'not_a_picture' : 'too_large'));
    } finally {
      setStill(null);
      URL.revokeObjectURL(url);
    }
  };
  const shoot = async (): Promise<void> => {
    if (!camera || !video.current || still !== null) return;
    vibrate(20);
    const taken = await camera.take(video.current).catch(() => null);
    if (taken) await process({ ...taken, source: 'camera' });
    else setTrouble(sayCamera('not_taken'));
  };
  const picked = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    const copy = await copyOf(file).catch(() => null);
    input.value = '';
    if (copy) await process({ ...copy, source: 'file' });
    else setTrouble(sayCamera('not_a_picture'));
  };

  // While one is taken again, the old one is not what was just taken.
  const last = single ? undefined : taken.at(-1);
  return (
    <main class="viewfinder" data-testid="camera">
      <header class="vf-bar">
        <RoundButton icon="x" label={sayCamera('close_camera')} testid="close-camera" onTap={back} />
        <h1>{pick(spec?.title) || role}</h1>
        <LensButton camera={camera} lenses={lenses} choose={choose} />
        {camera?.has_torch ? <TorchButton camera={camera} /> : <span class="vf-space" />}
      </header>
      <div class="vf-picture">
        <video ref={video} playsInline muted autoplay aria-hidden="true" />
        {still && <img class="vf-still" src={still} alt="" />}
        {problem ? (
          <CameraHelp problem={problem} again={again}>
            <FileButton capture label={sayCamera('phone_camera')} primary onPick={picked} />
          </CameraHelp>
        ) : (
          <div class={`outline ${outlineOf(role, spec)}`} aria-hidden="true" />
        )}
      </div>
      <div class="vf-words" role="status">
        {trouble ? <strong class="vf-trouble" data-testid="photo-trouble">{trouble}</strong> : still ? sayCamera('keeping') : dark ? sayCamera('a_little_dark') : pick(spec?.hint)}
      </div>
      <footer class="vf-actions">
        <div class="vf-side">
          {last && (
            <span class="vf-last" data-testid="last-photo">
              <Thumb sha256={last.sha256} />
              <ItemMark sha256={last.sha256} deviceId={last.device_id} />
            </span>
          )}
        </div>
        <button type="button" class="shutter" aria-label={sayCamera('shutter')} disabled={!camera || still !== null} data-testid="shutter" onClick={() => void shoot()}>
          <i />
        </button>
        <div class="vf-side end">
          {taken.length >= needed && !single ? (
            <Button kind="plain" icon="check" testid="camera-done" onTap={back}>
              {sayCamera('done')}
            </Button>
          ) : (
            <FileButton label={sayCamera('from_files')} onPick={picked} />
          )}
          {!single && <span class="small figures" data-testid="photo-count">{sayCamera('count', { n: taken.length, min: needed })}</span>}
        </div>
      </footer>
      {weak && <WeakSheet {...weak} />}
      <p class="unseen" role="status">{last ? say('item_on_phone') : ''}</p>
    </main>
  );
}

/** The shape to fill: as the standard has it, else by what the role is called. */
function outlineOf(role: string, spec: PhotoRole | null): string {
  if (spec?.overlay) return { plate: 'lying', wide: 'lying', upright: 'standing', square: 'square' }[spec.overlay];
  if (role === 'rating_plate') return 'lying';
  return /door|unit|place|running|old/.test(role) ? 'standing' : '';
}
