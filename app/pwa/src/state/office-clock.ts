/** The office's time, for showing a day on a phone whose own clock is far off. Nothing that is recorded is changed by it. */
import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { monoMs, nowMs } from '../device/clock';
import { syncMark, syncState } from './held';

const HOUR_MS = 3_600_000;
/** So far the clock may have moved otherwise than time has, before what was known of it counts for nothing. */
const SET_ANEW_MS = 600_000;

let seen = { off_ms: 0, wall_ms: 0, mono_ms: 0 };

/** How much the office's clock was ahead of this phone's at the last contact since the app was opened; 0 when it is less than an hour. */
export const clockOff: ReadonlySignal<number> = computed(() => {
  const { server_time, last_ok_at } = syncMark.value;
  // Both are written together. Those of an earlier day say nothing about a clock that may have been set since.
  const told = syncState.value.last_ok_ms !== null && server_time !== null && last_ok_at !== null;
  const off_ms = told ? Date.parse(server_time) - Date.parse(last_ok_at) : 0;
  return Math.abs(off_ms) > HOUR_MS ? off_ms : 0;
});

effect(() => {
  seen = { off_ms: clockOff.value, wall_ms: nowMs(), mono_ms: monoMs() };
});

/** Now, as the office has it. Once somebody has set the phone's clock anew, that one is believed until the next contact. */
export function officeNow(): Date {
  const wall_ms = nowMs();
  const jumped_ms = wall_ms - seen.wall_ms - (monoMs() - seen.mono_ms);
  return new Date(wall_ms + (Math.abs(jumped_ms) > SET_ANEW_MS ? 0 : seen.off_ms));
}
