import { Icon } from '../parts/icon';

/** The file input as a button. Its bytes are copied before anything else happens. */
export function FileButton({ label, capture = false, primary = false, onPick }: {
  readonly label: string;
  /** Opens the phone's own camera instead of its files. */
  readonly capture?: boolean;
  readonly primary?: boolean;
  readonly onPick: (input: HTMLInputElement) => Promise<void>;
}) {
  return (
    <label class={`button ${primary ? 'primary' : ''} file-button`}>
      <Icon name={capture ? 'camera' : 'images'} />
      <span>{label}</span>
      <input type="file" accept="image/*" data-testid={capture ? 'file-camera' : 'file'} {...(capture && { capture: 'environment' })} onChange={(event) => void onPick(event.currentTarget)} />
    </label>
  );
}
