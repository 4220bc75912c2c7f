import { useEffect, useRef } from 'preact/hooks';
import { comeBack, leave } from '../../state/outside';
import { Icon } from '../parts/icon';

/** The file input as a button. Its bytes are copied before anything else happens. */
export function FileButton({ label, capture = false, primary = false, onPick }: {
  readonly label: string;
  /** Opens the phone's own camera instead of its files. */
  readonly capture?: boolean;
  readonly primary?: boolean;
  readonly onPick: (input: HTMLInputElement) => Promise<void>;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!capture) return;
    const here = input.current;
    here?.addEventListener('cancel', comeBack);
    return () => here?.removeEventListener('cancel', comeBack);
  }, [capture]);
  const pick = (picked: HTMLInputElement): void => {
    // The first thing is the picture: some phones let go of it as soon as this returns.
    void onPick(picked);
    if (capture) comeBack();
  };
  return (
    <label class={`button ${primary ? 'primary' : ''} file-button`}>
      <Icon name={capture ? 'camera' : 'images'} />
      <span>{label}</span>
      <input
        ref={input}
        type="file"
        accept="image/*"
        data-testid={capture ? 'file-camera' : 'file'}
        {...(capture && { capture: 'environment', onClick: () => leave(location.hash) })}
        onChange={(event) => pick(event.currentTarget)}
      />
    </label>
  );
}
