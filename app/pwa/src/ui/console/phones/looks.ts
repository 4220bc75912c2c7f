/** Why a phone needs a look, in words: how weighty, what it is, what to do. Pure. */
import type { Look, Phone } from '../../../state/console/phones';
import { bytesText } from '../../i18n/format';
import type { Tone } from '../../parts/notice';
import { ageText } from '../age';
import { say } from './words';

const TONES: Readonly<Record<Look, Tone>> = {
  storage_lost: 'stop',
  readmitted: 'stop',
  very_overdue: 'stop',
  overdue: 'warn',
  blobs_overdue: 'warn',
  quarantine: 'warn',
  one_copy: 'wait',
  not_persisted: 'warn',
  little_room: 'warn',
  clock_off: 'warn',
  old_build: 'wait',
};

export interface LookWords {
  readonly tone: Tone;
  readonly title: string;
  readonly help: string;
}

export function lookWords(look: Look, phone: Phone): LookWords {
  return { tone: TONES[look], title: titleOf(look, phone), help: say(`look_${look}_do`) };
}

function titleOf(look: Look, phone: Phone): string {
  switch (look) {
    case 'quarantine':
      return say('look_quarantine', { n: phone.quarantined });
    case 'little_room':
      return say('look_little_room', { size: bytesText(phone.condition?.room_bytes ?? 0) });
    case 'clock_off':
      return say('look_clock_off', { age: spanText(phone.condition?.clock_off_ms ?? 0) });
    default:
      return say(`look_${look}`);
  }
}

/** A span of time, whichever way it points. */
function spanText(span_ms: number): string {
  return ageText(new Date(0).toISOString(), Math.abs(span_ms));
}
