/**
 * The phone's rear camera inside the page. Phones kill a page while their own camera app is open, so this comes
 * first and the file input second.
 */

/** denied: the person or the phone's policy said no. absent: no camera. busy: another app holds it. insecure: not https. */
export type CameraProblem = 'denied' | 'absent' | 'busy' | 'insecure';

export class CameraFailed extends Error {
  readonly why: CameraProblem;

  constructor(why: CameraProblem) {
    super(why);
    this.why = why;
  }
}

export interface ZoomRange {
  readonly min: number;
  readonly max: number;
}

export interface Taken {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
}

export interface Camera {
  readonly stream: MediaStream;
  /** null when the lens cannot. */
  readonly zoom: ZoomRange | null;
  readonly has_torch: boolean;
  /** Which of `rearLenses` it is. */
  readonly lens: string;
  /** Whether the light is on afterwards. */
  setTorch(on: boolean): Promise<boolean>;
  setZoom(factor: number): Promise<void>;
  /** A still as the camera gives it: full resolution where the browser can, else the frame now shown in `video`. */
  take(video: HTMLVideoElement): Promise<Taken>;
  /** Called once when the phone takes the camera away (a call, another app). */
  onLost(act: () => void): void;
  close(): void;
}

/** What some browsers offer beyond the DOM library's types. */
interface Capabilities extends MediaTrackCapabilities {
  readonly torch?: boolean;
  readonly zoom?: ZoomRange;
}
interface StillCamera {
  takePhoto(): Promise<Blob>;
}
declare global {
  interface Window {
    readonly ImageCapture?: new (track: MediaStreamTrack) => StillCamera;
  }
}

/** Some phones never answer takePhoto; the frame on the screen is better than waiting, and than waiting again for the next photo. */
const STILL_TIMEOUT_MS = 4000;
const FRAME_QUALITY = 0.95;
/** How long a camera may give no pictures before it counts as lost: longer than it takes to take a still. */
const MUTED_MS = STILL_TIMEOUT_MS + 1_000;

/**
 * Opens a rear camera. Raises `CameraFailed`.
 *
 * @param lens one of `rearLenses`; one that is gone, or is listed and cannot be opened, counts as none
 */
export async function openCamera(lens: string | null = null, width = 1920, height = 1440): Promise<Camera> {
  // On a page without https the member is missing, whatever the type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new CameraFailed('insecure');
  try {
    const size = { width: { ideal: width }, height: { ideal: height } };
    const chosen = lens === null ? null : await devices.getUserMedia({ audio: false, video: { deviceId: { exact: lens }, ...size } }).catch(unlessRefused);
    return cameraOf(chosen ?? (await devices.getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, ...size } })));
  } catch (error) {
    throw new CameraFailed(problemOf(error));
  }
}

/**
 * The cameras that look away from the person, by id. Their names are known only once one of them was opened; a phone that tells
 * neither name nor side has its cameras counted as looking away.
 */
export async function rearLenses(): Promise<string[]> {
  const inputs = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return inputs.filter((input) => input.kind === 'videoinput' && input.deviceId !== '' && !isFront(input)).map((input) => input.deviceId);
}

/** Asks without opening: whether there is any camera, and whether it was refused before. */
export async function cameraReadiness(): Promise<'ready' | 'ask' | CameraProblem> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) return 'insecure';
  const inputs = await devices.enumerateDevices().catch(() => []);
  if (!inputs.some((input) => input.kind === 'videoinput')) return 'absent';
  try {
    const permission = await navigator.permissions.query({ name: 'camera' as PermissionName });
    return permission.state === 'granted' ? 'ready' : permission.state === 'denied' ? 'denied' : 'ask';
  } catch {
    return 'ask';
  }
}

function cameraOf(stream: MediaStream): Camera {
  const track = stream.getVideoTracks()[0];
  if (!track) throw new CameraFailed('absent');
  const can = (track.getCapabilities?.() ?? {}) as Capabilities;
  let still = window.ImageCapture ? new window.ImageCapture(track) : null;
  const constrain = async (wish: Record<string, unknown>): Promise<boolean> => {
    // A lens that refuses a setting keeps the old one; that is no reason to stop the work.
    const asked = track.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] });
    return asked.then(() => true).catch(() => false);
  };
  return {
    stream,
    zoom: can.zoom && can.zoom.max > can.zoom.min ? { min: can.zoom.min, max: can.zoom.max } : null,
    has_torch: can.torch === true,
    lens: track.getSettings().deviceId ?? '',
    setTorch: async (on) => (await constrain({ torch: on })) === on,
    setZoom: async (factor) => void (await constrain({ zoom: factor })),
    take: async (video) => {
      const taken = still && (await takeStill(still));
      if (taken === 'never') still = null;
      return taken === 'never' || !taken ? grabFrame(video) : taken;
    },
    onLost: (act) => {
      let told = false;
      const tell = (): void => {
        if (!told) act();
        told = true;
      };
      track.addEventListener('ended', tell, { once: true });
      // A call takes the picture away before it takes the camera, and some phones never end the track. Taking a still does so for a moment too.
      let muted: ReturnType<typeof setTimeout> | undefined;
      track.addEventListener('mute', () => (muted = setTimeout(() => track.muted && track.readyState === 'live' && tell(), MUTED_MS)));
      track.addEventListener('unmute', () => clearTimeout(muted));
    },
    close: () => stream.getTracks().forEach((each) => each.stop()),
  };
}

/** null when it went wrong this once; never when the camera does not answer. */
async function takeStill(still: StillCamera): Promise<Taken | 'never' | null> {
  const tooLong = new Promise<'never'>((resolve) => setTimeout(resolve, STILL_TIMEOUT_MS, 'never'));
  const blob = await Promise.race([still.takePhoto().catch(() => null), tooLong]);
  if (blob === 'never') return blob;
  if (!blob || blob.size === 0) return null;
  return { bytes: await blob.arrayBuffer(), mime: blob.type || 'image/jpeg' };
}

async function grabFrame(video: HTMLVideoElement): Promise<Taken> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  if (canvas.width === 0) throw new CameraFailed('busy');
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', FRAME_QUALITY));
  if (!blob) throw new CameraFailed('busy');
  return { bytes: await blob.arrayBuffer(), mime: 'image/jpeg' };
}

/** What is wrong with one lens, as depth sensors that phones list among their cameras, is no failure of the others. */
function unlessRefused(error: unknown): null {
  if (problemOf(error) !== 'denied') return null;
  throw error;
}

function isFront(input: MediaDeviceInfo): boolean {
  // Some browsers have no such class, or one that does not tell what its cameras can.
  const told = input as MediaDeviceInfo & Partial<Pick<InputDeviceInfo, 'getCapabilities'>>;
  const sides = told.getCapabilities?.().facingMode;
  return sides && sides.length > 0 ? sides.includes('user') : /front|user|selfie|前/i.test(input.label);
}

function problemOf(error: unknown): CameraProblem {
  if (error instanceof CameraFailed) return error.why;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'absent';
  return 'busy';
}
