/** One box by hand: how it looks, with photos of what is damaged; into the van or out of it, or left where it is with the reason. */
import { useState } from 'preact/hooks';
import type { Unit } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { newId } from '../../state/record';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { Sheet } from '../parts/sheet';
import { Tiles } from '../parts/tiles';
import { toast } from '../parts/toast';
import { bringBack, load, type Condition } from './handover';
import { PhotoStrip } from './photo-strip';
import { address, go } from './route';
import { save } from './saving';
import { useDraft } from './use';
import { isLoaded } from './van';
import { photosOf, roleOf } from './work';
import { sayStep } from './words-step';
import { sayVan } from './words-van';

const CONDITIONS: readonly Condition[] = ['intact', 'packaging_damaged', 'unit_damaged', 'unknown'];
/** What a photo of it is called in the standards. */
const DAMAGE_ROLES: Partial<Record<Condition, string>> = { packaging_damaged: 'box_damage', unit_damaged: 'unit_damage' };
const WHY_NOT = ['missing', 'damaged', 'other'] as const;

type Draft = { condition: Condition; note: string; why: string };

export function BoxSheet({ view, unit, way, onClose }: {
  readonly view: JobView;
  readonly unit: Unit;
  /** `in`: at the loading dock in the morning. `back`: at the station in the evening. */
  readonly way: 'in' | 'back';
  readonly onClose: () => void;
}) {
  const [draft, write, clear] = useDraft<Draft>(`box ${way} ${unit.unit_id}`, { condition: 'intact', note: '', why: '' });
  const [leaving, setLeaving] = useState(false);
  const [tried, setTried] = useState(false);
  const wordless = draft.note.trim() === '';
  const role = DAMAGE_ROLES[draft.condition];
  const noteNeeded = leaving ? draft.why === 'other' : draft.condition === 'unknown' || role !== undefined;
  const done = (said: string): void => {
    clear();
    onClose();
    toast(said);
  };
  const move = async (): Promise<void> => {
    setTried(true);
    if (noteNeeded && wordless) return;
    const moved = await (way === 'in' ? load : bringBack)(view, unit, draft.condition, draft.note.trim() || null);
    if (moved) done(sayVan(way === 'in' ? 'loaded' : 'back_done', { name: unit.name }));
  };
  const leave = async (): Promise<void> => {
    setTried(true);
    if (draft.why === '' || (noteNeeded && wordless)) return;
    const words = [sayVan(`not_here_${draft.why as (typeof WHY_NOT)[number]}`), draft.note.trim()].filter(Boolean).join(' — ');
    const code = draft.why === 'damaged' ? 'damage' : 'not_loaded';
    if (await save(view.job_id, 'issue.raised', { issue_id: newId(), code, unit_id: unit.unit_id, note: words })) done(sayVan('told'));
  };
  if (way === 'in' && isLoaded(unit)) {
    return (
      <Sheet title={unit.name} testid="box" onClose={onClose}>
        <Button
          kind="plain"
          wide
          testid="take-out"
          onTap={async () => {
            if (await bringBack(view, unit)) done(sayVan('taken_out'));
          }}
        >
          {sayVan('take_out')}
        </Button>
        <Button kind="link" wide onTap={onClose}>
          {sayStep('cancel')}
        </Button>
      </Sheet>
    );
  }
  return (
    <Sheet title={unit.name} testid="box" onClose={onClose}>
      {leaving ? (
        <Tiles legend={sayVan('not_here_why')} options={WHY_NOT.map((why) => ({ value: why, title: sayVan(`not_here_${why}`) }))} chosen={draft.why || null} testid="why-not" onChoose={(why) => write({ ...draft, why })} />
      ) : (
        <Tiles legend={sayVan('how')} options={CONDITIONS.map((one) => ({ value: one, title: sayVan(`how_${one}`) }))} chosen={draft.condition} testid="condition" onChoose={(condition) => write({ ...draft, condition: condition as Condition })} />
      )}
      {role !== undefined && !leaving && <DamagePhotos view={view} unit={unit} role={role} way={way} />}
      {(noteNeeded || leaving) && (
        <Field label={sayVan('note')} value={draft.note} lines={2} most={800} problem={tried && noteNeeded && wordless ? sayVan('note_needed') : null} testid="box-note" onWrite={(note) => write({ ...draft, note })} />
      )}
      {leaving ? (
        <Button kind="primary" icon="message-square" testid="leave-box" disabled={draft.why === ''} onTap={leave}>
          {sayVan('not_here_save')}
        </Button>
      ) : (
        <Button kind="primary" icon="check" testid="move-box" onTap={move}>
          {sayVan(way === 'in' ? 'load_it' : 'back_it')}
        </Button>
      )}
      {way === 'in' && !leaving && (
        <Button kind="link" wide testid="not-here" onTap={() => setLeaving(true)}>
          {sayVan('not_here')}
        </Button>
      )}
      <Button kind="link" wide onTap={() => (leaving ? setLeaving(false) : onClose())}>
        {sayStep('cancel')}
      </Button>
    </Sheet>
  );
}

function DamagePhotos({ view, unit, role, way }: { readonly view: JobView; readonly unit: Unit; readonly role: string; readonly way: 'in' | 'back' }) {
  const photos = photosOf(view.state, { step_id: null, unit_id: unit.unit_id, component: null }, role);
  const title = pick(roleOf(view.standards, role)?.title) || sayVan('damage_photo');
  return (
    <section class="stack tight" data-testid="photos" data-role={role}>
      {photos.length > 0 && <h3 class="figures">{sayVan('damage_photos', { n: photos.length })}</h3>}
      <PhotoStrip view={view} photos={photos} title={title} />
      <Button icon="camera" testid="add-photo" onTap={() => go(address('photo', view.job_id, { role, unit: unit.unit_id, for: way === 'in' ? 'load' : 'end' }))}>
        {photos.length > 0 ? sayStep('another_photo') : sayVan('damage_photo')}
      </Button>
    </section>
  );
}
