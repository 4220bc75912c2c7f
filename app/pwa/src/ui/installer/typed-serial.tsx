/** A serial typed by hand, with its end typed twice: a slip of one finger must not become another machine. */
import { useState } from 'preact/hooks';
import { gtinIsValid } from '../../domain/gs1';
import { RAW_LENGTH_MAX } from '../../domain/scan';
import { normalSerial } from '../../domain/serial';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { Sheet } from '../parts/sheet';
import { sayStep } from './words-step';
import { sayCamera } from './words-camera';

const CHECKED_LENGTH = 4;
/** Something pasted is taken in beyond what a code may hold: cut short it could look like a serial. */
const TYPED_LENGTH_MAX = RAW_LENGTH_MAX + 1;

export function TypedSerial({ onTyped, onClose }: { readonly onTyped: (serial: string) => void; readonly onClose: () => void }) {
  const [serial, setSerial] = useState('');
  const [end, setEnd] = useState('');
  const [tried, setTried] = useState(false);
  const text = normalSerial(serial);
  const asked = Math.min(CHECKED_LENGTH, text.length);
  const looksLikeGtin = /^\d{12,14}$/.test(text);
  const gtinWrong = looksLikeGtin && !gtinIsValid(text);
  // A product number proves itself by its check digit.
  const proven = (looksLikeGtin && !gtinWrong) || normalSerial(end) === text.slice(-asked);
  const check = (): void => {
    setTried(true);
    if (text !== '' && proven) onTyped(text);
  };
  return (
    <Sheet title={sayCamera('type_title')} testid="typed" onClose={onClose}>
      <Field label={sayCamera('type_label')} value={serial} most={TYPED_LENGTH_MAX} problem={tried && text === '' ? sayCamera('type_empty') : null} hint={gtinWrong ? sayCamera('gtin_wrong') : undefined} testid="typed-serial" onWrite={setSerial} />
      {text !== '' && !(looksLikeGtin && !gtinWrong) && (
        <Field label={sayCamera('type_again', { n: asked })} value={end} most={CHECKED_LENGTH} problem={tried && !proven ? sayCamera('type_again_wrong') : null} testid="typed-end" onWrite={setEnd} />
      )}
      <Button kind="primary" icon="check" testid="typed-check" onTap={check}>
        {sayCamera('type_check')}
      </Button>
      <Button kind="link" wide onTap={onClose}>
        {sayStep('cancel')}
      </Button>
    </Sheet>
  );
}
