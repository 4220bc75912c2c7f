/** Who decided, how, and the code of the text that they saw. */
import type { ProofDocument } from '../../../state/console/proof-document';
import type { Strokes } from '../../../state/console/shapes';
import { shortCode } from '../job/evidence';
import { Signature } from '../job/signature';
import { outcomeWord, relationWord } from '../words-trade';
import { stamp } from './proof-times';
import { say } from './words';

export function ProofSignature({ document, strokes }: { readonly document: ProofDocument; readonly strokes: Strokes | null }) {
  const last = document.signoffs[document.signoffs.length - 1];
  if (last === undefined) return <p>{outcomeWord('absent')}</p>;
  const name = last.name ?? last.typed_name;
  return (
    <div class="proof-signature">
      {last.strokes_sha256 !== null && strokes && <Signature strokes={strokes} label={say('drawing')} />}
      {last.strokes_sha256 === null && last.typed_name && <p class="typed-name">{last.typed_name}</p>}
      <div>
        <p>
          <strong>{outcomeWord(last.outcome)}</strong>
          {name && <> · {last.relation ? say('signed_by', { name, relation: relationWord(last.relation) }) : name}</>} · {stamp(last.recorded.claimed_at)}
        </p>
        {last.reason && <p>{last.reason}</p>}
        <p>{say('statement')} <strong class="code" data-testid="proof-code">{shortCode(last.statement_sha256)}</strong></p>
      </div>
    </div>
  );
}
