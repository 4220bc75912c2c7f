/** All keys, on `?`. */
import { Button } from '../parts/button';
import { Sheet } from '../parts/sheet';
import { HELP } from './keys';
import { words } from './words';

export function KeysHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Sheet title={words('keys')} testid="keys-help" onClose={onClose}>
      <dl class="keys">
        {HELP.map(({ keys, what }) => (
          <div key={what}>
            <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{words(`key_${what}`)}</dd>
          </div>
        ))}
      </dl>
      <Button wide onTap={onClose}>{words('close')}</Button>
    </Sheet>
  );
}
