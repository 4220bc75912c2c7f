/** The camera that reads codes by itself, with light and zoom where there are any, a picture from the files, and typing instead. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { Rate, Read } from '../../device/scan-messages';
import { Button, RoundButton } from '../parts/button';
import { CameraHelp } from './camera-help';
import { FileButton } from './file-button';
import { LensButton } from './lens-button';
import { back } from './route';
import type { Seen } from './scan-result';
import { TorchButton } from './torch-button';
import { TypedSerial } from './typed-serial';
import { readPicked, useCamera, useScanner } from './use-camera';
import { sayCamera } from './words-camera';
import '../styles/camera.css';

export function Viewfinder({ title, hint, below, good, paused, rate, onRead, onNoCode, children }: {
  readonly title: string;
  readonly hint: string;
  /** What is looked for, or how much is done. */
  readonly below?: string | undefined;
  /** The frame shows that it was the right one. */
  readonly good: boolean;
  /** Something is being shown: it does not read on meanwhile. */
  readonly paused: boolean;
  /** Which of several codes in the picture is meant. */
  readonly rate: Rate;
  readonly onRead: (read: Read, method: Seen['method']) => Promise<void>;
  readonly onNoCode: () => void;
  readonly children?: ComponentChildren;
}) {
  const [typing, setTyping] = useState(false);
  const { video, camera, problem, again, lenses, choose } = useCamera(true);
  const scanner = useScanner();
  const busy = useRef(false);
  const meet = async (read: Read, method: Seen['method']): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    try {
      await onRead(read, method);
    } finally {
      busy.current = false;
    }
  };
  const now = useRef({ meet, rate });
  now.current = { meet, rate };
  const looking = camera !== null && !paused && !typing;
  useEffect(() => {
    if (!looking || !video.current) return;
    return scanner.watch(video.current, (read) => now.current.rate(read), (read) => void now.current.meet(read, 'camera'));
  }, [looking]);

  const fromPicture = async (input: HTMLInputElement): Promise<void> => {
    const read = await readPicked(scanner, input, rate);
    if (read === undefined) return;
    if (read) await meet(read, 'photo');
    else onNoCode();
  };
  return (
    <main class="viewfinder scan" data-testid="scan-screen">
      <header class="vf-bar">
        <RoundButton icon="x" label={sayCamera('close_camera')} testid="close-scan" onTap={back} />
        <h1>{title}</h1>
        <LensButton camera={camera} lenses={lenses} choose={choose} />
        <LightAndZoom camera={camera} />
      </header>
      <div class="vf-picture">
        <video ref={video} playsInline muted autoplay aria-hidden="true" />
        {problem ? (
          <CameraHelp problem={problem} again={again}>
            <FileButton capture label={sayCamera('phone_camera')} primary onPick={fromPicture} />
          </CameraHelp>
        ) : (
          <div class={`corners ${good ? 'good' : ''}`} aria-hidden="true" />
        )}
      </div>
      <div class="vf-words" role="status">
        <strong>{hint}</strong>
        {below && <span class="small block code">{below}</span>}
      </div>
      {children}
      <footer class="vf-foot">
        <Button icon="keyboard" testid="type-serial" onTap={() => setTyping(true)}>
          {sayCamera('scan_type')}
        </Button>
        <FileButton label={sayCamera('scan_picture')} onPick={fromPicture} />
      </footer>
      {typing && (
        <TypedSerial
          onClose={() => setTyping(false)}
          onTyped={(serial) => {
            setTyping(false);
            void meet({ text: serial, symbology: 'typed' }, 'typed');
          }}
        />
      )}
    </main>
  );
}

function LightAndZoom({ camera }: { readonly camera: ReturnType<typeof useCamera>['camera'] }) {
  const [zoomed, setZoomed] = useState(false);
  if (!camera?.has_torch && !camera?.zoom) return <span class="vf-space" />;
  return (
    <>
      {camera.has_torch && <TorchButton camera={camera} />}
      {camera.zoom && (
        <button
          type="button"
          class="button round figures"
          aria-label={sayCamera('zoom', { factor: zoomed ? 1 : 2 })}
          onClick={() => {
            void camera.setZoom(zoomed ? Math.max(1, camera.zoom?.min ?? 1) : Math.min(2, camera.zoom?.max ?? 1));
            setZoomed(!zoomed);
          }}
        >
          {zoomed ? '2×' : '1×'}
        </button>
      )}
    </>
  );
}
