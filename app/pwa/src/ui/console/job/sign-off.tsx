/** The customer's decision: who, what they saw, how they signed. */
import type { Signoff } from '../../../domain/job';
import type { Json } from '../../../domain/events';
import type { Statement } from '../../../domain/statement';
import { Chip, type Tone } from '../../parts/notice';
import { outcomeWord, relationWord } from '../words-trade';
import { shortCode } from './evidence';
import { Signature } from './signature';
import { personName, times, type JobView } from './view';
import { say } from './words';

const TONES: Readonly<Record<Signoff['outcome'], Tone>> = { accepted: 'ok', refused: 'stop', absent: 'warn' };

export function SignOff({ view }: { readonly view: JobView }) {
  const { signoffs } = view.detail.state;
  const last = signoffs[signoffs.length - 1];
  if (last === undefined) return <p class="quiet">{say('no_signoff')}</p>;
  return (
    <div class="sign-off" data-testid="sign-off">
      <div class="stack tight">
        <Decided view={view} signoff={last} />
        {last.strokes_sha256 !== null && (
          <figure class="stack tight">
            {view.detail.strokes ? <Signature strokes={view.detail.strokes} label={say('strokes')} /> : <p class="wait">{say('strokes_not_here')}</p>}
            <figcaption class="small quiet">{say('strokes')}</figcaption>
          </figure>
        )}
        {signoffs.slice(0, -1).map((earlier) => (
          <div key={earlier.event_id} class="stack tight">
            <h4 class="label quiet">{say('signed_earlier')}</h4>
            <Decided view={view} signoff={earlier} />
          </div>
        ))}
      </div>
      <StatementCard signoff={last} statement={view.detail.statement} />
    </div>
  );
}

function Decided({ view, signoff }: { readonly view: JobView; readonly signoff: Signoff }) {
  const who = signoff.name ?? signoff.typed_name;
  return (
    <div class="stack tight">
      <div class="row">
        <Chip tone={TONES[signoff.outcome]} testid="outcome">{outcomeWord(signoff.outcome)}</Chip>
        {who && <strong>{signoff.relation ? say('signed_by', { name: who, relation: relationWord(signoff.relation) }) : who}</strong>}
      </div>
      {signoff.reason && <p>{signoff.reason}</p>}
      {signoff.typed_name && <p class="small">{say('signed_typed', { name: signoff.typed_name })}</p>}
      <p class="small quiet">{personName(view, signoff.actor)} · {times(view, signoff)}</p>
    </div>
  );
}

function StatementCard({ signoff, statement }: { readonly signoff: Signoff; readonly statement: Json }) {
  return (
    <section class="card statement" data-testid="statement">
      <div class="row apart">
        <h3>{say('statement')}</h3>
        <span class="small" title={say('statement_code_why')}>
          <span class="quiet">{say('statement_code')} </span>
          <strong class="code" data-testid="statement-code">{shortCode(signoff.statement_sha256)}</strong>
        </span>
      </div>
      {statement === null ? <p class="wait">{say('statement_not_here')}</p> : isStatement(statement) ? <StatementText statement={statement} /> : <Unknown statement={statement} />}
    </section>
  );
}

function StatementText({ statement }: { readonly statement: Statement }) {
  const { asked, met, open, excepted, out_of_limits } = statement.checks;
  return (
    <div class="stack tight" lang={statement.language}>
      <p><strong>{statement.customer}</strong><span class="block small quiet">{statement.address.join(', ')}</span></p>
      <ul class="lines">
        {statement.units.map((unit, at) => (
          <li key={at}>
            {unit.name} {unit.serial && <span class="small">{say('st_serial', { serial: unit.serial })}</span>}
            {unit.components.map((part, place) => <p class="small quiet" key={place}>{part.name} {part.serial && say('st_serial', { serial: part.serial })}</p>)}
          </li>
        ))}
      </ul>
      <p>{statement.work.join(' · ')}</p>
      <p class="small">{say('st_checks', { met, asked, open, photos: statement.photos, notes: statement.notes })}</p>
      {excepted.map((one, at) => <p class="small warn" key={at}>{[one.title, one.of, one.reason, one.note].filter(Boolean).join(' · ')}</p>)}
      {out_of_limits.map((one, at) => <p class="small stop" key={at}>{[one.title, one.of, one.reading, one.limits].filter(Boolean).join(' · ')}</p>)}
      {statement.declaration.map((line, at) => <p class="small quiet" key={at}>{line}</p>)}
    </div>
  );
}

function Unknown({ statement }: { readonly statement: Json }) {
  return (
    <div class="stack tight">
      <p class="small quiet">{say('statement_other')}</p>
      <pre class="small code" tabIndex={0}>{JSON.stringify(statement, null, 1)}</pre>
    </div>
  );
}

/** Whether the text has the members that are drawn; a phone may send anything. */
function isStatement(value: Json): value is Json & Statement {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { checks } = value;
  if (typeof checks !== 'object' || checks === null || Array.isArray(checks)) return false;
  const lists = [value['units'], value['work'], value['declaration'], value['address'], checks['excepted'], checks['out_of_limits']];
  const parts = Array.isArray(value['units']) ? value['units'] : [];
  const hasParts = parts.every((unit) => typeof unit === 'object' && unit !== null && !Array.isArray(unit) && Array.isArray(unit['components']));
  return value['type'] === 'doorstep-statement' && lists.every(Array.isArray) && hasParts;
}
