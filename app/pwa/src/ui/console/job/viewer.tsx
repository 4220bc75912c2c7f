/** The photo at hand: large, beside its retakes, with its rule, its times and the tool to mark a place. */
import type { Photo } from '../../../domain/job';
import { bytesText } from '../../i18n/format';
import { RoundButton } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { phaseWord } from '../words-trade';
import { change, draft, isAbout } from './draft';
import { findingsOf, newest, type Shot } from './evidence';
import { MarkLayer, OldMark } from './marks';
import { blobAddress, PhotoFrame, pictureState, Thumb } from './photo-frame';
import { RuleCard } from './rule-card';
import { roleName, times, unitName, type JobView } from './view';
import { say } from './words';

export function shotTitle(view: JobView, shot: Shot): string {
  const photo = newest(shot);
  const role = roleName(view, photo.role);
  return photo.unit_id === null ? role : `${role} · ${unitName(view, photo.unit_id)}`;
}

export function Viewer({ view, place, onPlace, onZoom }: {
  readonly view: JobView;
  readonly place: number;
  readonly onPlace: (place: number) => void;
  readonly onZoom: (photo: Photo) => void;
}) {
  const shot = view.shots[place];
  if (shot === undefined) return <p class="quiet card" data-testid="no-photos">{say('no_photos')}</p>;
  const title = shotTitle(view, shot);
  return (
    <div class="viewer" data-testid="viewer">
      <div class="viewer-bar">
        <div class="grow">
          <h2 data-testid="shot-title">{title}</h2>
          <p class="small quiet" role="status">{say('photo_place', { n: place + 1, all: view.shots.length })}</p>
        </div>
        <MarkButtons shot={shot} />
        <RoundButton icon="zoom-in" label={say('zoom')} testid="zoom-open" onTap={() => onZoom(newest(shot))} />
        <RoundButton icon="chevron-left" label={say('previous_photo')} testid="previous-photo" onTap={() => onPlace(place - 1)} />
        <RoundButton icon="chevron-right" label={say('next_photo')} testid="next-photo" onTap={() => onPlace(place + 1)} />
      </div>
      <div class="viewer-body">
        <div class={`stage of-${Math.min(shot.versions.length, 3)}`}>
          {shot.versions.map((photo, version) => <Version key={photo.photo_id} view={view} shot={shot} photo={photo} version={version} title={title} onZoom={onZoom} />)}
        </div>
        <RuleCard view={view} step={shot.step} />
      </div>
      <Filmstrip view={view} place={place} onPlace={onPlace} />
    </div>
  );
}

function MarkButtons({ shot }: { readonly shot: Shot }) {
  const { marking, mark } = draft.value;
  const mine = isAbout(draft.value, { kind: 'photo', photo_id: newest(shot).photo_id });
  return (
    <>
      {mine && mark && <RoundButton icon="trash-2" label={say('mark_clear')} testid="mark-clear" onTap={() => change({ mark: null })} />}
      <button type="button" class="button mark-button" aria-pressed={marking && mine} disabled={!mine} data-testid="mark-tool" onClick={() => change({ marking: !marking })}>
        <Icon name="square-plus" />
        <span>{marking && mine ? say('mark_stop') : say('mark')}</span>
      </button>
    </>
  );
}

function Version({ view, shot, photo, version, title, onZoom }: {
  readonly view: JobView;
  readonly shot: Shot;
  readonly photo: Photo;
  readonly version: number;
  readonly title: string;
  readonly onZoom: (photo: Photo) => void;
}) {
  const several = shot.versions.length > 1;
  const caption = version === 0 ? say('original') : shot.versions.length === 2 ? say('retake_one') : say('retake', { n: version });
  const label = several ? `${title}, ${caption}` : title;
  const isNewest = photo === newest(shot);
  const { mark, marking } = draft.value;
  const mine = isNewest && isAbout(draft.value, { kind: 'photo', photo_id: photo.photo_id });
  const blob = view.detail.blobs[photo.sha256];
  const shown = pictureState(blob) === 'shown';
  return (
    <figure class="version">
      <PhotoFrame photo={photo} blob={blob} label={label}>
        {findingsOf(view.detail.state, photo).map((finding) => finding.mark && <OldMark key={finding.finding_id} mark={finding.mark} />)}
        {!marking && shown && <button type="button" class="photo-zoom" tabIndex={isNewest ? -1 : 0} aria-hidden={isNewest} aria-label={`${say('zoom')}: ${label}`} onClick={() => onZoom(photo)} />}
        {mine && <MarkLayer mark={mark} marking={marking} onMark={(next) => change({ mark: next })} onDone={() => change({ marking: false })} />}
      </PhotoFrame>
      <figcaption class="small">
        {several && <strong>{caption} · </strong>}
        <span class="quiet">{times(view, photo)}</span>
        <PhotoNotes photo={photo} />
        <span class="quiet block">
          {say('pixels', { w: photo.w, h: photo.h, size: bytesText(photo.size) })} · <a href={blobAddress(photo.sha256)} download>{say('download')}</a>
        </span>
      </figcaption>
    </figure>
  );
}

function PhotoNotes({ photo }: { readonly photo: Photo }) {
  const notes = [
    photo.retracted && say('retracted'),
    (photo.of ?? null) !== null && say('marked_copy'),
    photo.after_signoff && say('after_signoff'),
    photo.source === 'file' && say('from_file'),
    photo.quality?.override && say('override', { text: photo.quality.override }),
  ].filter((note): note is string => typeof note === 'string');
  return (
    <>
      {notes.map((note) => <span class="warn block" key={note}><Icon name="triangle-alert" /> {note}</span>)}
    </>
  );
}

function Filmstrip({ view, place, onPlace }: { readonly view: JobView; readonly place: number; readonly onPlace: (place: number) => void }) {
  return (
    <ol class="filmstrip" data-testid="filmstrip" aria-label={say('photos')}>
      {view.shots.map((shot, at) => {
        const photo = newest(shot);
        const open = findingsOf(view.detail.state, photo).some((finding) => finding.status === 'open');
        const name = `${at + 1}. ${shotTitle(view, shot)}${shot.phase ? `, ${phaseWord(shot.phase)}` : ''}`;
        return (
          <li key={photo.photo_id}>
            <button type="button" class="film" aria-current={at === place ? 'true' : undefined} aria-label={name} title={name} data-testid="film" onClick={() => onPlace(at)}>
              <Thumb photo={photo} blob={view.detail.blobs[photo.sha256]} />
              {open && <span class="film-flag"><Icon name="flag" /></span>}
              {shot.versions.length > 1 && <span class="film-again"><Icon name="rotate-ccw" /></span>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
