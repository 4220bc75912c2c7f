/** A sheet over the screen. A blocking one is left only through its buttons: kept for wrong unit, unsafe, not saved. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

export function Sheet({ title, blocking = false, testid, onClose, children }: {
  readonly title: ComponentChildren;
  readonly blocking?: boolean;
  readonly testid?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`sheet ${blocking ? 'halt' : ''}`}
      role={blocking ? 'alertdialog' : undefined}
      aria-labelledby={id}
      data-testid={testid}
      onCancel={(event) => {
        event.preventDefault();
        if (!blocking) onClose();
      }}
      onClick={(event) => {
        if (!blocking && event.target === dialog.current) onClose();
      }}
    >
      <div class="stack">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
