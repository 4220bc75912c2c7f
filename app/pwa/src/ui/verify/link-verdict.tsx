/** What became of the seal in the link. */
import { Notice } from '../parts/notice';
import type { Judgement, Seal } from './check';
import { longTime } from './time';
import type { LinkChecked } from './verify-page';
import { say } from './words';

export function LinkVerdict({ link }: { readonly link: LinkChecked }) {
  if (link === 'none') return null;
  if (link === 'checking') return <p class="quiet">{say('checking')}</p>;
  if (link === 'broken') return <Notice tone="stop" title={say('link_broken')} testid="link-verdict"><p>{say('link_broken_text')}</p></Notice>;
  return <Judged {...link} />;
}

function Judged({ seal, judgement }: { readonly seal: Seal; readonly judgement: Judgement }) {
  const host = location.host;
  switch (judgement) {
    case 'genuine':
      return (
        <Notice tone="ok" icon="shield-check" title={say('link_genuine')} testid="link-verdict">
          <p>{say('link_genuine_text', { host, code: seal.sha256.slice(0, 8), time: longTime(seal.sealed_at) })}</p>
        </Notice>
      );
    case 'forged':
      return <Notice tone="stop" title={say('link_forged')} testid="link-verdict"><p>{say('link_forged_text')}</p></Notice>;
    case 'unknown_key':
      return <Notice tone="stop" title={say('link_unknown')} testid="link-verdict"><p>{say('link_unknown_text', { host })}</p></Notice>;
    case 'no_keys':
      return <Notice tone="wait" icon="wifi-off" title={say('no_keys')} testid="link-verdict"><p>{say('no_keys_text')}</p></Notice>;
  }
}
