/** The clear stop: this is not the customer's unit. What was scanned, what was ordered, whose it is, what to do. */
import { useState } from 'preact/hooks';
import { jobs, type JobView } from '../../state/jobs';
import { newId } from '../../state/record';
import { slotText } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { Sheet } from '../parts/sheet';
import { address, go } from './route';
import { save } from './saving';
import { ownerOf, shownCode, unitWords, type Seen } from './scan-result';
import { unitOf } from './work';
import { sayCamera } from './words-camera';

export function WrongUnit({ view, seen, unitId, onAgain, onCountFor }: {
  readonly view: JobView;
  readonly seen: Seen;
  readonly unitId: string | null;
  readonly onAgain: () => void;
  /** Counts the scan for the other unit of this job that it belongs to. */
  readonly onCountFor: (unitId: string) => Promise<void>;
}) {
  const [told, setTold] = useState(false);
  const other = seen.match.belongs_to;
  const owner = other === null ? ownerOf(seen.parsed, jobs.value, view.job_id) : null;
  const ordered = seen.match.expected ?? unitOf(view.state, unitId)?.name ?? '';
  const tell = async (): Promise<void> => {
    const note = sayCamera('wrong_note', { scanned: shownCode(seen), ordered });
    const saved = await save(view.job_id, 'issue.raised', { issue_id: newId(), code: 'wrong_unit', unit_id: unitId, note });
    if (saved) setTold(true);
  };
  return (
    <Sheet
      blocking
      testid="wrong-unit"
      onClose={onAgain}
      title={
        <span class="row whole stop">
          <Icon name="octagon-x" />
          {sayCamera(other === null ? 'wrong_title' : 'wrong_other_unit')}
        </span>
      }
    >
      <dl class="compare">
        <dt>{sayCamera('wrong_scanned')}</dt>
        <dd class="code" data-testid="wrong-scanned">{shownCode(seen)}</dd>
        <dt>{sayCamera('wrong_ordered')}</dt>
        <dd class="code">{ordered}</dd>
      </dl>
      <p data-testid="wrong-owner">
        {other !== null
          ? sayCamera('wrong_same_job', { name: unitWords(view, other, null) })
          : owner
            ? sayCamera('wrong_other_job', { name: owner.view.state.customer?.name ?? '', slot: slotText(owner.view.state.slot) })
            : sayCamera('wrong_nobody')}
      </p>
      {other === null && <strong class="stop">{sayCamera('wrong_stop')}</strong>}
      {told && <Notice tone="ok" title={sayCamera('wrong_told')} />}
      <Button kind="primary" icon="scan-barcode" testid="wrong-again" onTap={onAgain}>
        {sayCamera('wrong_again')}
      </Button>
      {other !== null && (
        <Button wide icon="check" testid="wrong-count" onTap={() => onCountFor(other)}>
          {sayCamera('unit_here', { name: unitWords(view, other, null) })}
        </Button>
      )}
      {other === null && !told && (
        <Button wide icon="message-square" testid="wrong-tell" onTap={tell}>
          {sayCamera('wrong_tell')}
        </Button>
      )}
      {other === null && (
        <Button kind="halt" wide icon="ban" testid="wrong-fail" onTap={() => go(address('fail', view.job_id, { for: 'wrong_unit' }), 'replace')}>
          {sayCamera('wrong_fail')}
        </Button>
      )}
    </Sheet>
  );
}
