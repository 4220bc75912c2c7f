/** When: what the phone's clock claimed, beside the two office times that bracket it. */
import type { ProofDocument, When } from '../../../state/console/proof-document';
import { language } from '../../i18n/catalogue';
import { clock } from '../../i18n/format';
import { say } from './words';

interface Line {
  readonly name: string;
  readonly when: When;
}

export function ProofTimes({ document }: { readonly document: ProofDocument }) {
  const visit = document.visits.findLast((one) => one.ended !== null) ?? document.visits[document.visits.length - 1];
  const signoff = document.signoffs[document.signoffs.length - 1];
  const lines: Line[] = [
    { name: say('arrived'), when: visit?.arrived?.recorded },
    { name: say('signed'), when: signoff?.recorded },
    { name: say('ended'), when: visit?.ended?.recorded },
  ].filter((line): line is Line => line.when !== undefined);
  const { approved, people } = document;
  return (
    <table class="proof-times" data-testid="proof-times">
      <thead>
        <tr><td /><th scope="col">{say('claimed')}</th><th scope="col">{say('bracket')}</th></tr>
      </thead>
      <tbody>
        {lines.map(({ name, when }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{stamp(when.claimed_at)}</td>
            <td>{bracket(when)}</td>
          </tr>
        ))}
        {approved && <tr><th scope="row">{say('approved', { name: people[approved.by] ?? approved.by })}</th><td /><td>{stamp(approved.at)}</td></tr>}
      </tbody>
    </table>
  );
}

/** The office's times around a fact, in words. */
export function bracket({ not_before = null, received_at }: When): string {
  if (received_at === undefined) return '';
  if (not_before === null) return say('before', { to: stamp(received_at) });
  const sameDay = new Date(not_before).toDateString() === new Date(received_at).toDateString();
  return say('between', { from: stamp(not_before), to: sameDay ? clock(received_at) : stamp(received_at) });
}

/** Day and time to the minute, with the year: a proof is read years later. */
export function stamp(time: string): string {
  const tag = language.value === 'en' ? 'en-GB' : 'zh-Hans-CN';
  return new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(time));
}

/** The zone that the times are shown in. */
export function zoneName(): string {
  const parts = new Intl.DateTimeFormat(language.value, { timeZoneName: 'longOffset' }).formatToParts(new Date());
  return `${Intl.DateTimeFormat().resolvedOptions().timeZone} (${parts.find((part) => part.type === 'timeZoneName')?.value ?? ''})`;
}
