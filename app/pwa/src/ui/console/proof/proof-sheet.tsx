/** The sheet itself: A4, one page, two at most. */
import type { ComponentChildren } from 'preact';
import type { Standard } from '../../../domain/standard';
import { proofQrAddress } from '../../../state/console/proof';
import type { ProofDocument, ProofUnit } from '../../../state/console/proof-document';
import type { SealedProof, Strokes } from '../../../state/console/shapes';
import { language } from '../../i18n/catalogue';
import { day, slotText } from '../../i18n/format';
import { anomalyWords } from '../words-anomalies';
import { serviceWord } from '../words-trade';
import { ranked } from '../queue/risk';
import { ProofChecks } from './proof-checks';
import { ProofPhotos } from './proof-photos';
import { ProofSignature } from './proof-signature';
import { ProofTimes, stamp, zoneName } from './proof-times';
import { say } from './words';

export function ProofSheet({ jobId, proof, document, standards, strokes }: {
  readonly jobId: string;
  readonly proof: SealedProof;
  readonly document: ProofDocument;
  readonly standards: readonly Standard[];
  readonly strokes: Strokes | null;
}) {
  const { job, office } = document;
  const codes = ranked(document.anomalies.map((anomaly) => anomaly.code));
  return (
    <article class="sheet-a4" data-testid="proof" lang={language.value}>
      <header class="proof-head">
        <div>
          <p class="proof-office">{[office.name, office.station].filter(Boolean).join(' · ')}</p>
          <h1>{say('title')}</h1>
          <p class="proof-customer">{job.customer}</p>
          <p>{[...(job.address.lines ?? []), [job.address.postcode, job.address.city].filter(Boolean).join(' ')].filter(Boolean).join(', ')}</p>
          <p class="quiet">
            {[job.order_ref && say('order', { ref: job.order_ref }), job.slot && `${day(job.slot.from)} ${slotText(job.slot)}`].filter(Boolean).join(' · ')}
          </p>
        </div>
        <figure class="proof-qr">
          <img src={proofQrAddress(jobId)} alt={say('qr')} width={132} height={132} data-testid="proof-qr" />
          <figcaption>{say('scan')}</figcaption>
        </figure>
      </header>

      <Section title={say('units')}>
        <ul class="proof-units">
          {document.units.map((unit) => (
            <li key={unit.unit_id}>
              <strong>{unit.name}</strong> <span class="code">{serialText(unit, null, unit.serial)}</span>
              {unit.components.map((part) => <span class="block" key={part.component_id}>{part.name} <span class="code">{serialText(unit, part.component_id, part.serial)}</span></span>)}
            </li>
          ))}
        </ul>
      </Section>

      <Section title={say('what')}>
        <p>{job.services.map((service) => (serviceWord.has(service) ? serviceWord(service) : service)).join(', ')}. {say('crew')}: {crewOf(document)}.</p>
        <ProofChecks document={document} standards={standards} />
      </Section>
      <Section title={say('when')}><ProofTimes document={document} /></Section>

      <Section title={say('photos')}><ProofPhotos document={document} standards={standards} /></Section>
      <Section title={say('signature')}><ProofSignature document={document} strokes={strokes} /></Section>

      {codes.length > 0 && <Section title={say('notices')}><p>{codes.map((code) => anomalyWords(code).title).join('; ')}.</p></Section>}

      <div class="proof-two proof-limits">
        <Section title={say('proves')}><Lines texts={inLanguage(document.proves)} /></Section>
        <Section title={say('does_not')}><Lines texts={inLanguage(document.does_not_prove)} /></Section>
      </div>

      <footer class="proof-foot">
        <span>{say('proof_id')} <span class="code">{document.proof_id}</span></span>
        <span>{say('sealed')} {stamp(document.sealed_at)}</span>
        <span>{say('key')} <span class="code">{proof.key_id}</span></span>
        <span>{say('sha256')} <span class="code" data-testid="proof-sha256">{proof.sha256}</span></span>
        <span>{say('zone', { zone: zoneName() })}</span>
      </footer>
    </article>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Lines({ texts }: { readonly texts: readonly string[] }) {
  return <ul class="proof-lines">{texts.map((text) => <li key={text}>{text}</li>)}</ul>;
}

/** The serial that was read on site, or that of the order and that nobody read it. */
function serialText(unit: ProofUnit, component: string | null, ordered: string | null): string {
  const scan = unit.scans.findLast((one) => one.component === component && one.verdict !== 'wrong' && one.serial !== null && !one.recorded.late);
  if (scan?.serial) return say('serial_read', { serial: scan.serial });
  return ordered === null ? say('serial_none') : say('serial_ordered', { serial: ordered });
}

/** Who recorded the work, by name. */
function crewOf({ visits, steps, photos, people }: ProofDocument): string {
  const facts = [...visits.flatMap((visit) => [visit.arrived, visit.ended]), ...steps.map((step) => step.answer), ...photos];
  const ids = new Set(facts.flatMap((fact) => (fact ? [fact.recorded.by] : [])));
  return [...ids].map((id) => people[id] ?? id).join(', ');
}

function inLanguage(texts: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return texts[language.value] ?? texts['en'] ?? [];
}

