/** The present time as a signal, so that ages on the screen move on by themselves. */
import { signal, type ReadonlySignal } from '@preact/signals';

const time = signal(Date.now());
setInterval(() => {
  time.value = Date.now();
}, 15_000);

export const now_ms: ReadonlySignal<number> = time;
