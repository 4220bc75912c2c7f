/** A time with its year, its seconds and its zone: a proof is checked years later and elsewhere. */
import { language } from '../i18n/catalogue';

export function longTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  const options: Intl.DateTimeFormatOptions = { dateStyle: 'long', timeStyle: 'long', hourCycle: 'h23' };
  return new Intl.DateTimeFormat(language.value === 'en' ? 'en-GB' : 'zh-Hans-CN', options).format(date);
}
