/** Revoking a phone. It cannot be taken back, so it asks. */
import { useState } from 'preact/hooks';
import { revoke } from '../../../state/console/people';
import { Button } from '../../parts/button';
import { Sheet } from '../../parts/sheet';
import { toast } from '../../parts/toast';
import { TroubleNotice } from '../trouble';
import { say } from './words';

export function RevokeSheet({ phone, onClose }: { readonly phone: { readonly device_id: string; readonly label: string }; readonly onClose: () => void }) {
  const [failure, setFailure] = useState<unknown>(null);
  const act = async (): Promise<void> => {
    try {
      await revoke(phone.device_id);
      toast(say('revoke_done'));
      onClose();
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Sheet title={say('revoke_title', { label: phone.label })} testid="revoke-sheet" onClose={onClose}>
      <p>{say('revoke_text')}</p>
      {failure !== null && <TroubleNotice error={failure} />}
      <div class="row">
        <Button kind="halt" icon="ban" testid="revoke-go" onTap={act}>{say('revoke_go')}</Button>
        <Button onTap={onClose}>{say('keep')}</Button>
      </div>
    </Sheet>
  );
}
