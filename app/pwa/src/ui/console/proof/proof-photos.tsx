/** Photos in a grid, each with the rule that asked for it and its digest's first characters. */
import type { Standard } from '../../../domain/standard';
import type { ProofDocument, ProofPhoto } from '../../../state/console/proof-document';
import { pick } from '../../i18n/catalogue';
import { roleTitle, shortCode } from '../job/evidence';
import { thumbAddress } from '../job/photo-frame';
import { say } from './words';

/** So that the sheet keeps to two pages. */
const MOST = 20;

export function ProofPhotos({ document, standards }: { readonly document: ProofDocument; readonly standards: readonly Standard[] }) {
  const counting = document.photos.filter((photo) => !photo.retracted && photo.replaced_by === null && !photo.recorded.late);
  const ordered = document.steps.flatMap((step) => counting.filter((photo) => photo.step_id === step.step_id && photo.unit_id === step.unit_id));
  const all = [...ordered, ...counting.filter((photo) => !ordered.includes(photo))];
  return (
    <>
      <ul class={`proof-photos ${all.length > 12 ? 'many' : ''}`}>
        {all.slice(0, MOST).map((photo) => (
          <li key={photo.photo_id}>
            <img src={thumbAddress(photo.sha256)} alt="" />
            <span>{titleOf(document, standards, photo)}</span>
            {photo.of && <span class="quiet">{say('photo_marked')}</span>}
            <span class="code quiet">{shortCode(photo.sha256)}</span>
          </li>
        ))}
      </ul>
      {all.length > MOST && <p class="quiet">{say('photos_more', { n: all.length - MOST })}</p>}
    </>
  );
}

function titleOf(document: ProofDocument, standards: readonly Standard[], photo: ProofPhoto): string {
  const step = document.steps.find((candidate) => candidate.step_id === photo.step_id && candidate.unit_id === photo.unit_id);
  return pick(roleTitle(standards, photo.role)) || pick(step?.title) || photo.role;
}
