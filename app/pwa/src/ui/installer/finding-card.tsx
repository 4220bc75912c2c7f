/** What the office sent back: its reason, its mark on the old photo, and one button to put it right. */
import { find, type Finding } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { pick } from '../i18n/catalogue';
import { moment } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { go } from './route';
import { useAnyPhoto } from './use';
import { addressed, placeOfFinding, roleOf, stepAt, unitOf } from './work';
import { sayJob } from './words-job';

export function FindingCard({ view, finding }: { readonly view: JobView; readonly finding: Finding }) {
  const { state } = view;
  const photo = finding.photo_id === null ? null : find(state.photos, 'photo_id', finding.photo_id);
  const step = stepAt(view, addressed(finding));
  const role = photo ? pick(roleOf(view.standards, photo.role)?.title) || photo.role : '';
  const unit = state.units.length > 1 ? unitOf(state, finding.unit_id)?.name : null;
  const what = [role || pick(step?.rule.title) || sayJob('need_signoff'), unit].filter(Boolean).join(' · ');
  const label = photo ? 'take_again' : step?.rule.evidence.some((asked) => asked.kind === 'signoff') ? 'sign_again' : 'answer_again';
  return (
    <section class="card finding stack tight" data-testid="finding" data-finding={finding.finding_id}>
      <div class="row">
        <Icon name="rotate-ccw" class="warn" />
        <h2 class="grow">{sayJob('sent_back', { what })}</h2>
      </div>
      <p>
        <strong>{reasonWord(finding.reason)}</strong>
        {finding.note && ` — ${finding.note}`}
      </p>
      {photo && <MarkedPhoto sha256={photo.sha256} mark={finding.mark} />}
      <p class="small quiet figures">{byWhom(view.people[finding.actor], finding.at)}</p>
      <Button kind="plain" icon={photo ? 'camera' : 'rotate-ccw'} wide testid="answer-finding" onTap={() => go(placeOfFinding(view, finding))}>
        {sayJob(label)}
      </Button>
    </section>
  );
}

/** A photo with the office's rectangle on it; the mark is in thousandths of its sides. */
export function MarkedPhoto({ sha256, mark }: { readonly sha256: string; readonly mark: Finding['mark'] }) {
  const url = useAnyPhoto(sha256);
  if (url === null) return <div class="skeleton" aria-busy="true" />;
  if (url === '') return <p class="small quiet">{sayJob('old_photo_away')}</p>;
  return (
    <figure class="marked">
      <img src={url} alt={sayJob('old_photo')} />
      {mark && (
        <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label={sayJob('marked_place')}>
          <rect x={mark.x} y={mark.y} width={mark.w} height={mark.h} />
        </svg>
      )}
    </figure>
  );
}

/** Who and when; only when, if this phone has no name for them. */
export function byWhom(name: string | undefined, at: string): string {
  return name === undefined ? moment(at) : sayJob('by_whom', { name, time: moment(at) });
}

/** Reasons are short codes; one that this build does not know is shown as it came. */
export function reasonWord(reason: string): string {
  const key = `finding_${reason}`;
  return sayJob.has(key) ? sayJob(key as 'finding_other') : reason.replaceAll('_', ' ');
}
