/** A photo as large as it is, moved by dragging, scrolling or the arrow keys. */
import { useEffect, useRef } from 'preact/hooks';
import type { Photo } from '../../../domain/job';
import { Button } from '../../parts/button';
import { viewAddress } from './photo-frame';
import { say } from './words';

export function Zoom({ photo, label, onClose }: { readonly photo: Photo; readonly label: string; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const grip = useRef<{ x: number; y: number; left: number; top: number } | null>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    pane.current?.focus();
    return () => shown?.close();
  }, []);
  const centre = (): void => {
    const box = pane.current;
    box?.scrollTo((box.scrollWidth - box.clientWidth) / 2, (box.scrollHeight - box.clientHeight) / 2);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== ' ' && event.key !== 'Escape') return;
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} class="zoom" aria-label={`${say('zoomed')}: ${label}`} data-testid="zoom" onCancel={(event) => { event.preventDefault(); onClose(); }} onKeyDown={press}>
      <div
        ref={pane}
        class="zoom-pane"
        tabIndex={0}
        onPointerDown={(event) => {
          const box = event.currentTarget;
          if (event.pointerType !== 'mouse') return;
          box.setPointerCapture(event.pointerId);
          grip.current = { x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop };
        }}
        onPointerMove={(event) => {
          const held = grip.current;
          if (held) event.currentTarget.scrollTo(held.left - event.clientX + held.x, held.top - event.clientY + held.y);
        }}
        onPointerUp={() => {
          grip.current = null;
        }}
      >
        <img src={viewAddress(photo.sha256)} alt={label} width={photo.w} height={photo.h} draggable={false} onLoad={centre} />
      </div>
      <div class="zoom-bar">
        <strong>{label}</strong>
        <Button icon="x" testid="zoom-close" onTap={onClose}>{say('zoom_out')}</Button>
      </div>
    </dialog>
  );
}
