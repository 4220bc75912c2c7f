/** Told without looking: a short high tone and a buzz for right, long-short-long for wrong. */

let audio: AudioContext | undefined;

export function tellRight(): void {
  vibrate(60);
  beep([[880, 0, 90]]);
}

export function tellWrong(): void {
  vibrate([260, 80, 90, 80, 260]);
  beep([
    [220, 0, 240],
    [220, 300, 90],
    [220, 450, 240],
  ]);
}

/** Browsers want a tap before the first buzz, and iPhones have none. */
export function vibrate(pattern: number | number[]): void {
  if ('vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate(pattern);
}

/** Tones as [Hz, start in ms, length in ms]. A browser that gives no sound stays silent. */
function beep(tones: readonly (readonly [number, number, number])[]): void {
  try {
    audio ??= new AudioContext();
    const sound = audio;
    for (const [pitch, start_ms, length_ms] of tones) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.value = 0.12;
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + start_ms / 1000);
      tone.stop(sound.currentTime + (start_ms + length_ms) / 1000);
    }
  } catch {
    audio = undefined;
  }
}
