/** The statement as the customer reads it: drawn from the one object whose bytes are kept, and from nothing else. */
import type { StatedPart, Statement } from '../../domain/statement';
import { clock, day } from '../i18n/format';
import { Icon } from '../parts/icon';
import { sayCustomer } from './words';

export function StatementView({ statement, digest }: { readonly statement: Statement; readonly digest: string }) {
  const { language: tongue, checks } = statement;
  const slot = statement.slot && `${day(statement.slot.from, tongue)}, ${clock(statement.slot.from, tongue)}–${clock(statement.slot.to, tongue)}`;
  const facts = [
    [sayCustomer.in(tongue, 'for'), statement.customer],
    [sayCustomer.in(tongue, 'at'), statement.address.join(', ')],
    [sayCustomer.in(tongue, 'slot'), slot],
    [sayCustomer.in(tongue, 'by'), statement.crew.join(', ')],
    [sayCustomer.in(tongue, 'work'), statement.work.join(', ')],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return (
    <article class="statement stack" lang={tongue} data-testid="statement">
      <header>
        <h1 tabIndex={-1}>{sayCustomer.in(tongue, 'heading')}</h1>
        {statement.order_ref && <p class="quiet code">{sayCustomer.in(tongue, 'order', { ref: statement.order_ref })}</p>}
      </header>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <section class="stack tight">
        <h2>{sayCustomer.in(tongue, 'units')}</h2>
        <ul class="stack tight">
          {statement.units.map((unit, place) => (
            <li class="card" key={place}>
              <PartLine part={unit} tongue={tongue} />
              {unit.components.map((part, index) => (
                <PartLine key={index} part={part} tongue={tongue} />
              ))}
            </li>
          ))}
        </ul>
      </section>
      <section class="stack tight">
        <h2>{sayCustomer.in(tongue, 'checks')}</h2>
        <ul class="stack tight">
          <Fact icon="circle-check" tone="ok" text={sayCustomer.in(tongue, 'checks_met', { met: checks.met, asked: checks.asked })} />
          {checks.open > 0 && <Fact icon="triangle-alert" tone="warn" text={sayCustomer.in(tongue, 'checks_open', { open: checks.open })} />}
          <Fact icon="camera" tone="" text={sayCustomer.in(tongue, 'photos', { n: statement.photos })} />
          {statement.notes > 0 && <Fact icon="message-square" tone="" text={sayCustomer.in(tongue, 'notes', { n: statement.notes })} />}
        </ul>
        {checks.excepted.length > 0 && <h3>{sayCustomer.in(tongue, 'excepted')}</h3>}
        {checks.excepted.map((line, place) => (
          <p class="stated" key={place}>
            <strong>{[line.title, line.of].filter(Boolean).join(' · ')}</strong>
            <span class="block">{[line.reason, line.note].filter(Boolean).join(' — ')}</span>
          </p>
        ))}
        {checks.out_of_limits.length > 0 && <h3>{sayCustomer.in(tongue, 'out')}</h3>}
        {checks.out_of_limits.map((line, place) => (
          <p class="stated" key={place}>
            <strong>{[line.title, line.of].filter(Boolean).join(' · ')}</strong>
            <span class="block figures">{sayCustomer.in(tongue, 'reading', { reading: line.reading, limits: line.limits })}</span>
          </p>
        ))}
      </section>
      <section class="stack tight">
        <h2>{sayCustomer.in(tongue, 'declaration')}</h2>
        {statement.declaration.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </section>
      <p class="digest">
        <span class="quiet">{sayCustomer.in(tongue, 'digest')}</span>
        <strong class="code" data-testid="digest">{digest.slice(0, 8).toUpperCase()}</strong>
        <span class="small quiet">{sayCustomer.in(tongue, 'digest_text')}</span>
      </p>
    </article>
  );
}

function PartLine({ part, tongue }: { readonly part: StatedPart; readonly tongue: Statement['language'] }) {
  const good = part.verdict === 'match';
  return (
    <p class="part-line">
      <strong>{part.name}</strong>
      {part.serial && <span class="block code">{sayCustomer.in(tongue, 'serial', { serial: part.serial })}</span>}
      {(part.verdict !== null || part.serial !== null) && (
        <span class={`mark ${good ? 'ok' : 'warn'}`}>
          <Icon name={good ? 'circle-check' : 'triangle-alert'} />
          {sayCustomer.in(tongue, good ? 'matched' : 'unchecked')}
        </span>
      )}
    </p>
  );
}

function Fact({ icon, tone, text }: { readonly icon: Parameters<typeof Icon>[0]['name']; readonly tone: string; readonly text: string }) {
  return (
    <li class="row">
      <Icon name={icon} class={tone} />
      <span class="figures">{text}</span>
    </li>
  );
}
