/** The camera of a screen: opened with it, closed with it, and given back while the app is in the background. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { CameraFailed, openCamera, rearLenses, type Camera, type CameraProblem } from '../../device/camera';
import { greyOf } from '../../device/ladder';
import { copyOf } from '../../device/photo';
import type { Rate, Read } from '../../device/scan-messages';
import { openScanner, type Scanner } from '../../device/scanner';
import { loadDraft, saveDraft } from '../../state/drafts';

export type Trouble = CameraProblem | 'black';

export interface CameraInUse {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly camera: Camera | null;
  /** black: it is open and shows nothing. */
  readonly problem: Trouble | null;
  readonly again: () => void;
  /** The rear cameras, once one of them is open. */
  readonly lenses: readonly string[];
  readonly choose: (lens: string) => void;
}

const LENS_KEPT = 'lens';
/** How long an open camera may show nothing at all. */
const BLACK_MS = 4_000;

export function useCamera(wanted: boolean): CameraInUse {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera | null>(null);
  const [problem, setProblem] = useState<Trouble | null>(null);
  const [round, setRound] = useState(0);
  const [lenses, setLenses] = useState<readonly string[]>([]);
  const again = (): void => setRound((before) => before + 1);
  const choose = (lens: string): void => void saveDraft(LENS_KEPT, lens).then(again);

  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    let opened: Camera | null = null;
    const open = async (): Promise<void> => {
      try {
        const kept = await loadDraft(LENS_KEPT).catch(() => null);
        opened = await openCamera(typeof kept === 'string' ? kept : null);
        if (gone) return opened.close();
        opened.onLost(again);
        if (video.current) {
          video.current.srcObject = opened.stream;
          await video.current.play().catch(() => undefined);
        }
        setProblem(null);
        setCamera(opened);
        setLenses(await rearLenses().catch(() => []));
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

  useEffect(() => {
    if (!camera) return;
    const timer = setTimeout(() => video.current && isBlack(video.current) && setProblem('black'), BLACK_MS);
    return () => clearTimeout(timer);
  }, [camera]);

  return { video, camera, problem, again, lenses, choose };
}

/** Whether what the camera shows is dark, looked at now and then. */
export function useDarkness(video: RefObject<HTMLVideoElement | null>, on: boolean): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    if (!on) return;
    const look = (): void => {
      const levels = video.current && levelsOf(video.current);
      if (levels) setDark(levels.reduce((sum, level) => sum + level, 0) / levels.length < 48);
    };
    const timer = setInterval(look, 900);
    return () => clearInterval(timer);
  }, [on]);
  return on && dark;
}

/** No sensor sees nothing at all, not even in a cellar: then the phone gives no picture. */
function isBlack(video: HTMLVideoElement): boolean {
  const levels = levelsOf(video);
  return levels === null || levels.every((level) => level === 0);
}

/** The grey levels of a very small copy of what is shown; null while nothing is. */
function levelsOf(video: HTMLVideoElement): number[] | null {
  const small = document.createElement('canvas');
  small.width = 32;
  small.height = 24;
  const pen = small.getContext('2d', { willReadFrequently: true });
  if (!pen || video.videoWidth === 0) return null;
  pen.drawImage(video, 0, 0, small.width, small.height);
  return [...greyOf(pen.getImageData(0, 0, small.width, small.height)).levels];
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
