/** Whether new jobs use a version, as a chip. */
import type { Version } from '../../../state/console/standards';
import { moment } from '../../i18n/format';
import { Chip, type Tone } from '../../parts/notice';
import { edit } from './editor-words';

const TONES: Readonly<Partial<Record<Version['standing'], Tone>>> = { in_force: 'ok', scheduled: 'wait', withdrawn: 'warn' };

export function StandingChip({ version }: { readonly version: Version }) {
  const { standing } = version;
  const tone = TONES[standing];
  return <Chip {...(tone && { tone })} testid="standing">{wordOf(version)}</Chip>;
}

function wordOf({ standing, effective_from, withdrawn_at }: Version): string {
  switch (standing) {
    case 'scheduled':
      return edit('standing_scheduled', { time: moment(effective_from ?? '') });
    case 'withdrawn':
      return edit('standing_withdrawn', { time: moment(withdrawn_at ?? '') });
    default:
      return edit(`standing_${standing}`);
  }
}
