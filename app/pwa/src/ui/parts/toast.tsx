/** A passing word at the bottom, with an undo for 8 seconds. One at a time: the newest. */
import { signal } from '@preact/signals';
import { Button } from './button';

interface Toast {
  readonly text: string;
  readonly undo: { readonly label: string; readonly act: () => unknown } | null;
}

const STAYS_MS = 3500;
const UNDO_STAYS_MS = 8000;
const shown = signal<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string, undo: Toast['undo'] = null): void {
  clearTimeout(timer);
  shown.value = { text, undo };
  timer = setTimeout(hideToast, undo ? UNDO_STAYS_MS : STAYS_MS);
}

export function hideToast(): void {
  shown.value = null;
}

export function ToastPlace() {
  const now = shown.value;
  return (
    <div role="status" aria-live="polite">
      {now && (
        <div class="toast" data-testid="toast">
          <span>{now.text}</span>
          {now.undo && (
            <Button
              testid="toast-undo"
              onTap={async () => {
                hideToast();
                await now.undo?.act();
              }}
            >
              {now.undo.label}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
