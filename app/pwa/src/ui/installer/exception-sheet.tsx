/** "Can't do this?": a reason the standard knows, and a few words. */
import { useState } from 'preact/hooks';
import type { Rule } from '../../domain/standard';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { Notice } from '../parts/notice';
import { Sheet } from '../parts/sheet';
import { Tiles } from '../parts/tiles';
import { sayStep } from './words-step';

export function ExceptionSheet({ exception, onSave, onClose }: {
  readonly exception: NonNullable<Rule['exception']>;
  readonly onSave: (exception: { reason: string; note: string | null }) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  // Whoever has to agree must be able to read what about.
  const lacking = (exception.requires ?? null) !== null && note.trim() === '';
  const saveIt = async (): Promise<void> => {
    setTried(true);
    if (reason !== null && !lacking) await onSave({ reason, note: note.trim() || null });
  };
  return (
    <Sheet title={sayStep('exception_title')} testid="exception" onClose={onClose}>
      <Tiles
        legend={sayStep('exception_title')}
        legendHidden
        options={exception.reasons.map((known) => ({ value: known.reason, title: pick(known.title) }))}
        chosen={reason}
        testid="exception"
        onChoose={setReason}
      />
      {tried && reason === null && <p class="stop" role="alert">{sayStep('choose_one')}</p>}
      {exception.requires === 'customer' && <Notice tone="wait" icon="user" title={sayStep('customer_agrees')} />}
      {exception.requires === 'supervisor' && <Notice tone="wait" icon="eye" title={sayStep('office_agrees')} />}
      <Field label={sayStep('exception_note')} value={note} lines={3} most={1000} problem={tried && lacking ? sayStep('exception_note_needed') : null} testid="exception-note" onWrite={setNote} />
      <Button kind="primary" testid="exception-save" onTap={saveIt}>
        {sayStep('exception_save')}
      </Button>
      <Button kind="link" wide onTap={onClose}>
        {sayStep('cancel')}
      </Button>
    </Sheet>
  );
}
