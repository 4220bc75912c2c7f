/** Reading the enrolment QR inside the installed app. Only the code is taken from it; its address is never opened. */
import { useEffect, useState } from 'preact/hooks';
import { SURE, type Rate } from '../../device/scan-messages';
import { Button } from '../parts/button';
import { Notice } from '../parts/notice';
import { CameraHelp } from './camera-help';
import { FileButton } from './file-button';
import { readPicked, useCamera, useScanner } from './use-camera';
import { sayCamera } from './words-camera';
import { sayEnrol } from './words-enrol';
import '../styles/camera.css';

/** The code in a scanned text: the link's fragment, or the code alone. */
export function codeIn(text: string): string | null {
  return /#enrol=([A-Za-z0-9_-]{22})$/.exec(text)?.[1] ?? /^[A-Za-z0-9_-]{22}$/.exec(text.trim())?.[0] ?? null;
}

const RATE: Rate = (read) => (codeIn(read.text) === null ? 0 : SURE);

export function EnrolScan({ onCode, onClose }: { readonly onCode: (code: string) => void; readonly onClose: () => void }) {
  const { video, camera, problem, again } = useCamera(true);
  const scanner = useScanner();
  const [trouble, setTrouble] = useState<string | null>(null);
  const meet = (text: string): void => {
    const code = codeIn(text);
    if (code === null) setTrouble(sayEnrol('not_a_code'));
    else onCode(code);
  };
  useEffect(() => {
    if (!camera || !video.current) return;
    return scanner.watch(video.current, RATE, (read) => meet(read.text));
  }, [camera]);
  const fromPicture = async (input: HTMLInputElement): Promise<void> => {
    const read = await readPicked(scanner, input, RATE);
    if (read === undefined) return;
    if (read) meet(read.text);
    else setTrouble(sayCamera('no_code'));
  };
  return (
    <div class="stack" data-testid="enrol-camera">
      <h1>{sayEnrol('scan_qr')}</h1>
      <div class="vf-picture boxed">
        <video ref={video} playsInline muted autoplay aria-hidden="true" />
        {problem ? <CameraHelp problem={problem} again={again} /> : <div class="corners" aria-hidden="true" />}
      </div>
      <p class="quiet">{sayEnrol('scan_hint')}</p>
      {trouble && <Notice tone="warn" alert title={trouble} />}
      <FileButton label={sayCamera('scan_picture')} onPick={fromPicture} />
      <Button kind="link" wide onTap={onClose}>
        {sayEnrol('stop_scan')}
      </Button>
    </div>
  );
}
