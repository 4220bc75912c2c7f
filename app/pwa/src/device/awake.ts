/** Keeps the screen on while something is being sent: a phone that sleeps stops sending. */
let held: WakeLockSentinel | null = null;
let wanted = false;

/** Best effort: without the feature, or with the page hidden, nothing happens. */
export async function keepAwake(on: boolean): Promise<void> {
  wanted = on;
  if (!on) {
    const letGo = held;
    held = null;
    await letGo?.release().catch(() => undefined);
    return;
  }
  if (held || !('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
  try {
    const lock = await navigator.wakeLock.request('screen');
    if (!wanted) {
      await lock.release();
      return;
    }
    held = lock;
    lock.addEventListener('release', () => {
      if (held === lock) held = null;
    });
  } catch {
    // Battery saver, or no permission: sending goes on as long as the screen does.
  }
}
