/** From what the customer reads to the recorded sign-off or agreement: the same bytes that were shown, hashed, and the signature over them. */
import { build, textOf, type Statement } from '../../domain/statement';
import { agreementOf, type Agreement } from '../../domain/agreement';
import type { Step } from '../../domain/checklist';
import type { Kinds, Relation } from '../../domain/kinds';
import type { JobView } from '../../state/jobs';
import { digest } from '../../state/record';
import type { Language } from '../i18n/catalogue';
import { save, type Bytes } from '../installer/saving';

export const RELATIONS: readonly Relation[] = ['customer', 'family', 'neighbour', 'concierge', 'colleague', 'other'];

export interface Prepared {
  readonly statement: Statement;
  readonly bytes: ArrayBuffer;
  readonly sha256: string;
}

/** Who signed, and how. */
export interface Signer {
  readonly strokes: ArrayBuffer | null;
  readonly typed_name: string | null;
  readonly name: string | null;
  readonly relation: Relation | null;
}

export interface Outcome extends Signer {
  readonly outcome: 'accepted' | 'refused' | 'absent';
  readonly reason: string | null;
}

/** The statement of the job as it stands, in a language, with its bytes and their digest. */
export async function prepare(view: JobView, tongue: Language): Promise<Prepared> {
  const statement = build(view.state, view.standards, tongue, { people: view.people });
  const bytes = new TextEncoder().encode(textOf(statement)).buffer;
  return { statement, bytes, sha256: await digest(bytes) };
}

/** False when the phone could not keep it and the person left it so. */
export async function recordOutcome(jobId: string, prepared: Prepared, outcome: Outcome, findingId: string | null): Promise<boolean> {
  const { strokes, ...said } = outcome;
  const data: Kinds['signoff.recorded'] = {
    ...said,
    statement_sha256: prepared.sha256,
    statement_size: prepared.bytes.byteLength,
    ...(await named(strokes)),
    language: prepared.statement.language,
    finding_id: findingId,
  };
  return (await save(jobId, 'signoff.recorded', data, blobsOf(prepared.bytes, strokes))) !== null;
}

/** A text that the customer is asked to agree to, with its bytes and their digest. */
export interface Asked {
  readonly agreement: Agreement;
  readonly bytes: ArrayBuffer;
  readonly sha256: string;
}

export async function askFor(view: JobView, step: Step, tongue: Language): Promise<Asked> {
  const agreement = agreementOf(view.state, step, tongue);
  const bytes = new TextEncoder().encode(JSON.stringify(agreement)).buffer;
  return { agreement, bytes, sha256: await digest(bytes) };
}

/** Record that the customer agreed. False when the phone could not keep it and the person left it so. */
export async function recordAgreement(jobId: string, step: Step, asked: Asked, signer: Signer, findingId: string | null): Promise<boolean> {
  const { strokes, ...said } = signer;
  const data: Kinds['step.acknowledged'] = {
    step_id: step.step_id,
    unit_id: step.unit_id,
    component: step.component,
    ...said,
    text_sha256: asked.sha256,
    text_size: asked.bytes.byteLength,
    ...(await named(strokes)),
    language: asked.agreement.language,
    finding_id: findingId,
  };
  return (await save(jobId, 'step.acknowledged', data, blobsOf(asked.bytes, strokes))) !== null;
}

async function named(strokes: ArrayBuffer | null): Promise<{ strokes_sha256: string | null; strokes_size: number | null }> {
  return { strokes_sha256: strokes && (await digest(strokes)), strokes_size: strokes && strokes.byteLength };
}

function blobsOf(text: ArrayBuffer, strokes: ArrayBuffer | null): Bytes[] {
  return [text, ...(strokes ? [strokes] : [])].map((bytes) => ({ bytes, mime: 'application/json' }));
}
