/** What the customer agreed to at a step: who, when, the text that they read, how they signed. */
import type { Json } from '../../../domain/events';
import type { Acknowledgement } from '../../../domain/job';
import { Icon } from '../../parts/icon';
import { relationWord } from '../words-trade';
import { shortCode } from './evidence';
import { Signature } from './signature';
import { times, type JobView } from './view';
import { say } from './words';

export function Agreed({ view, agreed }: { readonly view: JobView; readonly agreed: Acknowledgement }) {
  const { text = null, strokes = null } = view.detail.agreements[agreed.event_id] ?? {};
  const who = agreed.name ?? agreed.typed_name ?? '';
  return (
    <details class="agreed" data-testid="agreed">
      <summary class="small">
        <Icon name="signature" /> {say('agreed_by', { name: agreed.relation ? say('signed_by', { name: who, relation: relationWord(agreed.relation) }) : who })} · {times(view, agreed)}
      </summary>
      <div class="card stack tight" lang={agreed.language}>
        <AgreedText text={text} />
        {agreed.typed_name && <p class="small">{say('signed_typed', { name: agreed.typed_name })}</p>}
        {agreed.strokes_sha256 && (strokes ? <Signature strokes={strokes} label={say('strokes')} /> : <p class="wait">{say('strokes_not_here')}</p>)}
        <p class="small quiet">{say('statement_code')} <span class="code">{shortCode(agreed.text_sha256)}</span></p>
      </div>
    </details>
  );
}

/** A phone may send anything under that name. */
function AgreedText({ text }: { readonly text: Json }) {
  if (text === null) return <p class="wait">{say('agreed_not_here')}</p>;
  const lines = typeof text === 'object' && !Array.isArray(text) ? text['text'] : null;
  if (!Array.isArray(lines)) return <pre class="small code" tabIndex={0}>{JSON.stringify(text, null, 1)}</pre>;
  return <>{lines.map((line, at) => <p key={at}>{String(line)}</p>)}</>;
}
