/** While somebody works at a job together with others, what those record is fetched sooner than a waiting phone would ask. */
import { nowMs } from '../device/clock';
import { syncState } from './held';
import { phoneHere } from './phone';

const APART_MS = 20_000;

/** Asks the office, if the last answer was good and is not fresh any more. What waits for a failure goes on waiting. */
export function freshen(): void {
  const { online, failures, blobs, busy, last_ok_ms } = syncState.value;
  if (document.visibilityState !== 'visible' || online !== true || busy !== null || failures > 0 || blobs.some((blob) => blob.failures > 0)) return;
  if (last_ok_ms === null || nowMs() - last_ok_ms >= APART_MS) phoneHere()?.nudge({ type: 'visible' });
}
