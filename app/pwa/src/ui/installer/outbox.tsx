/** What is still only on this phone, why, and when it goes; and the one question at the end of a day. */
import { useEffect, useState } from 'preact/hooks';
import { jobs } from '../../state/jobs';
import { lateUnread } from '../../state/late';
import { confirmDelivered, pendingItems, status, syncNow, type PendingItem } from '../../state/sync-status';
import { bytesText, moment } from '../i18n/format';
import { Button } from '../parts/button';
import { Icon, type IconName } from '../parts/icon';
import { Notice } from '../parts/notice';
import { Frame } from './frame';
import { address, go } from './route';
import { itemLine } from './sync-bar';
import { say } from './words';
import { saySend } from './words-send';

export function Outbox() {
  const now = status.value;
  const waiting = pendingItems.value;
  return (
    <Frame
      testid="outbox"
      title={saySend('title')}
      under={<span class="figures">{saySend('count', { n: waiting.length })}</span>}
      actions={
        <Button kind="primary" icon="refresh-cw" testid="try-now" onTap={syncNow}>
          {saySend('try_now')}
        </Button>
      }
    >
      <Notice tone={now.online === false ? 'wait' : waiting.length === 0 ? 'ok' : 'wait'} {...(now.online === false && { icon: 'wifi-off' })} title={now.online === false ? saySend('offline') : waiting.length === 0 ? saySend('nothing') : saySend('waiting')}>
        {waiting.length > 0 && <p>{saySend('copies', { n: now.copies })}</p>}
        {now.next_try_at && waiting.length > 0 && <p class="figures">{saySend('next_try', { time: moment(now.next_try_at) })}</p>}
        <p class="figures">{now.last_ok_at ? saySend('last_ok', { time: moment(now.last_ok_at) }) : saySend('never')}</p>
      </Notice>
      {now.last_error !== null && now.last_error !== 'no-connection' && <Notice tone="warn" title={errorSentence(now.last_error)} testid="last-error" />}
      <ul class="rows card" hidden={waiting.length === 0}>
        {waiting.map((item) => (
          <Waiting key={item.event_id} item={item} />
        ))}
      </ul>
      <Button wide icon="shield-check" testid="safe-question" onTap={() => go(address('safe'))}>
        {saySend('safe_question')}
      </Button>
      <a class="button link start" href={address('storage')} data-testid="open-storage">
        <Icon name="gauge" />
        {saySend('storage')}
      </a>
    </Frame>
  );
}

function Waiting({ item }: { readonly item: PendingItem }) {
  const { icon, word } = kindLook(item);
  const line = itemLine({ ...item, copies: 2 });
  const name = jobs.value.find((view) => view.job_id === item.job_id)?.state.customer?.name;
  return (
    <li class="waiting" data-testid="pending" data-kind={item.kind} data-status={item.status}>
      <Icon name={icon} class="quiet" />
      <div class="grow">
        <span>{[saySend(word), name].filter(Boolean).join(' · ')}</span>
        <span class="small quiet block figures">{[moment(item.at), bytesText(item.size), item.copies === 1 ? say('one_copy') : ''].filter(Boolean).join(' · ')}</span>
        {item.error !== null && <span class="small stop block">{errorSentence(item.error)}</span>}
      </div>
      <span class={`mark ${line.tone}`}>
        <Icon name={line.icon} />
        {line.text}
      </span>
    </li>
  );
}

function kindLook(item: PendingItem): { icon: IconName; word: Parameters<typeof saySend>[0] & `kind_${string}` } {
  if (item.kind === 'photo.captured' || item.error === 'blob-unnamed') return { icon: 'camera', word: 'kind_photo' };
  if (item.kind === 'lost') return { icon: 'image-off', word: 'kind_lost' };
  if (item.kind === 'photo.retracted') return { icon: 'trash-2', word: 'kind_retracted' };
  if (item.kind === 'signoff.recorded') return { icon: 'signature', word: 'kind_signoff' };
  if (item.kind === 'unit.scanned') return { icon: 'scan-barcode', word: 'kind_scan' };
  if (item.kind === 'step.answered') return { icon: 'list-checks', word: 'kind_answer' };
  if (item.kind === 'note.added') return { icon: 'message-square', word: 'kind_note' };
  if (item.kind === 'issue.raised') return { icon: 'flag', word: 'kind_issue' };
  if (item.kind === 'custody.handed_over') return { icon: 'hand', word: 'kind_handover' };
  return item.kind.startsWith('visit.') ? { icon: 'truck', word: 'kind_visit' } : { icon: 'smartphone', word: 'kind_log' };
}

function errorSentence(slug: string): string {
  const key = `error_${slug}`;
  return saySend.has(key) && key !== 'error_other' ? saySend(key as 'error_storage') : saySend('error_other', { slug });
}

/** Green only after a fresh round trip in which the office said that it has everything. */
export function SafeToClose() {
  const [answer, setAnswer] = useState<'asking' | 'yes' | 'no' | 'unknown'>('asking');
  const ask = async (): Promise<void> => {
    setAnswer('asking');
    const all = await confirmDelivered().catch(() => false);
    setAnswer(all ? 'yes' : status.peek().online === false || lateUnread() ? 'unknown' : 'no');
  };
  useEffect(() => void ask(), []);
  const left = status.value.pending;
  const { attention } = status.value;
  // What was still on its way has arrived meanwhile: the question is asked once more.
  useEffect(() => {
    if (answer === 'no' && left === 0) void ask();
  }, [left]);
  // Something recorded after the answer makes the answer old.
  const shown = answer === 'yes' && left > 0 ? 'no' : answer;
  const look = {
    asking: { icon: 'clock', tone: 'wait' },
    yes: { icon: 'circle-check', tone: 'ok' },
    no: { icon: 'smartphone', tone: 'wait' },
    unknown: { icon: 'wifi-off', tone: 'wait' },
  } as const;
  return (
    <Frame
      testid="safe"
      title={saySend('safe_title')}
      actions={
        shown === 'yes' ? (
          <Button kind="primary" icon="check" testid="safe-home" onTap={() => go(address('today'), 'replace')}>
            {saySend('safe_home')}
          </Button>
        ) : (
          <Button kind="primary" icon="refresh-cw" disabled={shown === 'asking'} testid="safe-again" onTap={ask}>
            {saySend('safe_again')}
          </Button>
        )
      }
    >
      <div class="verdict" role="status" data-testid="safe-verdict" data-answer={shown}>
        <Icon name={look[shown].icon} class={look[shown].tone} />
        <strong>{saySend(`safe_${shown}`)}</strong>
        {shown === 'yes' && <p>{saySend('safe_yes_text', { time: moment(status.value.last_ok_at ?? new Date()) })}</p>}
        {shown === 'no' && <p>{saySend('safe_no_text', { n: left })}</p>}
        {shown === 'no' && attention > 0 && <p class="stop">{saySend('safe_attention', { n: attention })}</p>}
        {shown === 'unknown' && <p>{saySend(lateUnread() ? 'safe_unread_text' : 'safe_unknown_text')}</p>}
      </div>
    </Frame>
  );
}
