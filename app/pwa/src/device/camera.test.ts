import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCamera } from './camera';

class Track extends EventTarget {
  muted = false;
  readyState = 'live';
  getSettings = () => ({ deviceId: 'rear' });

  mute(on: boolean): void {
    this.muted = on;
    this.dispatchEvent(new Event(on ? 'mute' : 'unmute'));
  }
}

const FRAME = 'the frame on the screen';
const video = { videoWidth: 640, videoHeight: 480 } as HTMLVideoElement;
let track: Track;
let takePhoto: () => Promise<Blob>;

beforeEach(() => {
  vi.useFakeTimers();
  track = new Track();
  const stream = { getVideoTracks: () => [track], getTracks: () => [track] };
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => stream } });
  vi.stubGlobal('window', { ImageCapture: class { takePhoto = () => takePhoto(); } });
  const canvas = { getContext: () => null, toBlob: (give: (blob: Blob) => void) => give(new Blob([FRAME])) };
  vi.stubGlobal('document', { createElement: () => ({ ...canvas }) });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets the picture stop and come back: each time so long, beginning with a stop. */
async function mutedFor(...spans_ms: number[]): Promise<void> {
  for (const [at, ms] of spans_ms.entries()) {
    track.mute(at % 2 === 0);
    await vi.advanceTimersByTimeAsync(ms);
  }
}

async function shot(camera: Awaited<ReturnType<typeof openCamera>>): Promise<string> {
  return new TextDecoder().decode((await camera.take(video)).bytes);
}

describe('a still', () => {
  it('is what the camera gives', async () => {
    takePhoto = async () => new Blob(['a still']);
    expect(await shot(await openCamera())).toBe('a still');
  });

  it('that never comes is the frame on the screen after a while, and from then on at once', async () => {
    let asked = 0;
    takePhoto = () => new Promise(() => (asked += 1));
    const camera = await openCamera();
    const first = shot(camera);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await first).toBe(FRAME);
    expect(await shot(camera)).toBe(FRAME);
    expect(asked).toBe(1);
  });

  it.each([['refused', () => Promise.reject(new Error('no'))], ['empty', async () => new Blob([])]])('that is %s is the frame on the screen, and the next one is a still again', async (_, fails) => {
    takePhoto = fails;
    const camera = await openCamera();
    expect(await shot(camera)).toBe(FRAME);
    takePhoto = async () => new Blob(['a still']);
    expect(await shot(camera)).toBe('a still');
  });
});

describe('a camera that is taken away', () => {
  it('is lost when it ends, and when it shows nothing for longer than a still takes; told once', async () => {
    for (const take of [() => track.dispatchEvent(new Event('ended')), () => track.mute(true)]) {
      track = new Track();
      const lost = vi.fn();
      (await openCamera()).onLost(lost);
      take();
      await vi.advanceTimersByTimeAsync(5_000);
      track.dispatchEvent(new Event('ended'));
      expect(lost).toHaveBeenCalledTimes(1);
    }
  });

  it('that goes away twice for a moment is not lost; for as long as it takes, it is', async () => {
    const lost = vi.fn();
    (await openCamera()).onLost(lost);
    await mutedFor(1_000, 3_500, 4_900);
    expect(lost).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('is not lost when the picture comes back in time, nor when it was closed here', async () => {
    const lost = vi.fn();
    (await openCamera()).onLost(lost);
    await mutedFor(4_500, 5_000);
    track.mute(true);
    track.readyState = 'ended';
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lost).not.toHaveBeenCalled();
  });
});
