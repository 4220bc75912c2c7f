/** Damage of a unit: in whose hands it was, what says so, and its photos. */
import { damageOf } from '../../../domain/custody';
import { Notice } from '../../parts/notice';
import { conditionWord, holderWord } from '../words-trade';
import { Thumb, viewAddress } from './photo-frame';
import { personName, times, type JobView } from './view';
import { say } from './words';

const DAMAGE_ROLES: readonly string[] = ['box_damage', 'unit_damage'];

export function UnitDamage({ view, unitId }: { readonly view: JobView; readonly unitId: string }) {
  const { state, blobs } = view.detail;
  const damage = damageOf(state, unitId);
  if (!damage) return null;
  const { leg, told, taken_over } = damage;
  // Photos of a failed visit are of the whole job.
  const photos = state.photos.filter((photo) => DAMAGE_ROLES.includes(photo.role) && !photo.retracted && (photo.unit_id ?? unitId) === unitId);
  return (
    <Notice tone="warn" title={say(`damage_${leg}`)} testid="damage">
      {taken_over && (
        <p class="small">{`${say('handover', { from: holderWord(taken_over.from), to: holderWord(taken_over.to) })}: ${conditionWord(taken_over.condition)} · ${personName(view, taken_over.actor)} · ${times(view, taken_over)}`}</p>
      )}
      <p class="small">{[say('damage_told'), 'condition' in told ? conditionWord(told.condition) : told.note, personName(view, told.actor), times(view, told)].filter(Boolean).join(' · ')}</p>
      {photos.length > 0 && (
        <div class="row thumbs">
          {photos.map((photo) => (
            <a key={photo.photo_id} href={viewAddress(photo.sha256)} target="_blank" rel="noopener" aria-label={say('damage_photo')}>
              <Thumb photo={photo} blob={blobs[photo.sha256]} />
            </a>
          ))}
        </div>
      )}
    </Notice>
  );
}
