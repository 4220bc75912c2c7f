/** From a statement to the recorded sign-off: the same bytes that were shown, hashed, and the signature over them. */
import { build, textOf, type Statement } from '../../domain/statement';
import type { Kinds } from '../../domain/kinds';
import type { JobView } from '../../state/jobs';
import { digest } from '../../state/record';
import type { Language } from '../i18n/catalogue';
import { save, type Bytes } from '../installer/saving';

export const RELATIONS = ['customer', 'family', 'neighbour', 'concierge', 'colleague', 'other'] as const;
export type Relation = (typeof RELATIONS)[number];

export interface Prepared {
  readonly statement: Statement;
  readonly bytes: ArrayBuffer;
  readonly sha256: string;
}

export interface Outcome {
  readonly outcome: 'accepted' | 'refused' | 'absent';
  readonly reason: string | null;
  readonly strokes: ArrayBuffer | null;
  readonly typed_name: string | null;
  readonly name: string | null;
  readonly relation: Relation | null;
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
    strokes_sha256: strokes && (await digest(strokes)),
    strokes_size: strokes && strokes.byteLength,
    language: prepared.statement.language,
    finding_id: findingId,
  };
  const blobs: Bytes[] = [{ bytes: prepared.bytes, mime: 'application/json' }];
  if (strokes) blobs.push({ bytes: strokes, mime: 'application/json' });
  return (await save(jobId, 'signoff.recorded', data, blobs)) !== null;
}
