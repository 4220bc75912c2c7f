/** That this phone's clock is far off, and what to do about it. */
import { clockOff } from '../../state/office-clock';
import { catalogue } from '../i18n/catalogue';
import { Notice } from '../parts/notice';

const sayClock = catalogue({
  en: {
    behind: 'This phone’s clock is {n} {n|hour|hours} behind the office’s',
    ahead: 'This phone’s clock is {n} {n|hour|hours} ahead of the office’s',
    what: 'Set it to the network’s time. Nothing is lost: the office notes both times.',
  },
  'zh-Hans': {
    behind: '本机时钟比公司慢 {n} 小时',
    ahead: '本机时钟比公司快 {n} 小时',
    what: '请改为自动校时。内容不会丢，公司会同时记下两边的时间。',
  },
});

const HOUR_MS = 3_600_000;

export function ClockNotice() {
  const off_ms = clockOff.value;
  return (
    <Notice tone="warn" icon="clock" title={sayClock(off_ms > 0 ? 'behind' : 'ahead', { n: Math.round(Math.abs(off_ms) / HOUR_MS) })} testid="clock-off">
      <p>{sayClock('what')}</p>
    </Notice>
  );
}
