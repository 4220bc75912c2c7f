/** Calling a job off. It cannot be taken back, so it asks. */
import { useState } from 'preact/hooks';
import { cancel } from '../../../state/console/orders';
import type { JobRow } from '../../../state/console/shapes';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { Sheet } from '../../parts/sheet';
import { toast } from '../../parts/toast';
import { troubleOf } from '../trouble';
import { say } from './words';

export function CancelSheet({ row, onClose }: { readonly row: JobRow; readonly onClose: (done: boolean) => void }) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const act = async (): Promise<void> => {
    if (reason.trim() === '') {
      setProblem(say('cancel_reason_needed'));
      return;
    }
    try {
      await cancel(row.job_id, reason.trim());
      toast(say('cancelled_done'));
      onClose(true);
    } catch (error) {
      const { title, help } = troubleOf(error);
      setProblem(`${title}. ${help}`);
    }
  };
  return (
    <Sheet title={say('cancel_title', { customer: row.customer_name })} testid="cancel-sheet" onClose={() => onClose(false)}>
      <p>{say('cancel_text')}</p>
      <Field label={say('cancel_reason')} value={reason} most={500} problem={problem} testid="cancel-reason" onWrite={setReason} />
      <div class="row">
        <Button kind="halt" icon="ban" testid="cancel-go" onTap={act}>{say('cancel')}</Button>
        <Button onTap={() => onClose(false)}>{say('keep')}</Button>
      </div>
    </Sheet>
  );
}
