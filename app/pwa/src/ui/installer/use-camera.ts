/** The camera of a screen: opened with it, closed with it, and given back while the app is in the background. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { CameraFailed, openCamera, type Camera, type CameraProblem } from '../../device/camera';
import { copyOf } from '../../device/photo';
import type { Rate, Read } from '../../device/scan-messages';
import { openScanner, type Scanner } from '../../device/scanner';

export interface CameraInUse {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly camera: Camera | null;
  readonly problem: CameraProblem | null;
  readonly again: () => void;
}

export function useCamera(wanted: boolean): CameraInUse {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera | null>(null);
  const [problem, setProblem] = useState<CameraProblem | null>(null);
  const [round, setRound] = useState(0);
  const again = (): void => setRound((before) => before + 1);

  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    let opened: Camera | null = null;
    const open = async (): Promise<void> => {
      try {
        opened = await openCamera();
        if (gone) return opened.close();
        opened.onLost(again);
        if (video.current) {
          video.current.srcObject = opened.stream;
          await video.current.play().catch(() => undefined);
        }
        setProblem(null);
        setCamera(opened);
      } catch (error) {
        if (!gone) setProblem(error instanceof CameraFailed ? error.why : 'busy');
      }
    };
    const turned = (): void => {
      if (document.visibilityState === 'visible') return again();
      opened?.close();
      setCamera(null);
    };
    if (document.visibilityState === 'visible') void open();
    document.addEventListener('visibilitychange', turned);
    return () => {
      gone = true;
      document.removeEventListener('visibilitychange', turned);
      opened?.close();
      setCamera(null);
    };
  }, [wanted, round]);

  return { video, camera, problem, again };
}

/** Whether what the camera shows is dark, looked at now and then. */
export function useDarkness(video: RefObject<HTMLVideoElement | null>, on: boolean): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    if (!on) return;
    const small = document.createElement('canvas');
    small.width = 32;
    small.height = 24;
    const pen = small.getContext('2d', { willReadFrequently: true });
    const look = (): void => {
      if (!pen || !video.current || video.current.videoWidth === 0) return;
      pen.drawImage(video.current, 0, 0, small.width, small.height);
      const pixels = pen.getImageData(0, 0, small.width, small.height).data;
      let light = 0;
      for (let at = 0; at < pixels.length; at += 4) light += 0.3 * (pixels[at] ?? 0) + 0.6 * (pixels[at + 1] ?? 0) + 0.1 * (pixels[at + 2] ?? 0);
      setDark(light / (pixels.length / 4) < 48);
    };
    const timer = setInterval(look, 900);
    return () => clearInterval(timer);
  }, [on]);
  return on && dark;
}

/** One decoder for the screen's life. */
export function useScanner(): Scanner {
  const kept = useRef<Scanner | null>(null);
  kept.current ??= openScanner();
  useEffect(() => () => kept.current?.close(), []);
  return kept.current;
}

/** The best code in a picture that was picked: null when there is none, undefined when nothing was picked. The same file can be picked again. */
export async function readPicked(scanner: Scanner, input: HTMLInputElement, rate: Rate): Promise<Read | null | undefined> {
  const file = input.files?.[0];
  if (!file) return undefined;
  const copy = await copyOf(file).catch(() => null);
  input.value = '';
  return copy && scanner.readPicture(copy.bytes, copy.mime, rate);
}
