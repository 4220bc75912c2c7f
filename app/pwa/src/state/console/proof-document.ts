/** The sealed document's members that the proof page shows. What is signed is the text; this only reads it. */
import type { StepVerdict } from '../../domain/checklist';
import type { AnswerValue, Exception, Slot } from '../../domain/kinds';
import type { Translated } from '../../domain/standard';

/** When a fact came in: the phone's claim, and the office's times around it. */
export interface When {
  readonly by: string;
  readonly device_id: string;
  readonly claimed_at: string;
  readonly not_before?: string | null;
  readonly received_at?: string;
  readonly late?: boolean;
}

interface Fact {
  readonly recorded: When;
}

export interface ProofUnit {
  readonly unit_id: string;
  readonly gtin: string;
  readonly category: string;
  readonly name: string;
  readonly serial: string | null;
  readonly components: readonly { readonly component_id: string; readonly name: string; readonly serial: string | null }[];
  readonly scans: readonly (Fact & { readonly component: string | null; readonly serial: string | null; readonly verdict: 'match' | 'wrong' | 'unknown' })[];
}

export interface ProofStep {
  readonly step_id: string;
  readonly unit_id: string | null;
  readonly verdict: StepVerdict;
  readonly severity: 'must' | 'should' | 'info';
  readonly title: Translated;
  readonly answer: (Fact & { readonly value: AnswerValue | null; readonly unit: string | null; readonly exception: Exception | null }) | null;
}

export type ProofPhoto = Fact & {
  readonly photo_id: string;
  readonly role: string;
  readonly step_id: string | null;
  readonly unit_id: string | null;
  readonly sha256: string;
  readonly retracted: boolean;
  readonly replaced_by: string | null;
  /** Of a marked copy: the photo that was marked. Proofs of before there were any do not say. */
  readonly of?: string | null;
};

export type ProofSignoff = Fact & {
  readonly outcome: 'accepted' | 'refused' | 'absent';
  readonly reason: string | null;
  readonly name: string | null;
  readonly relation: 'customer' | 'family' | 'neighbour' | 'concierge' | 'colleague' | 'other' | null;
  readonly typed_name: string | null;
  readonly statement_sha256: string;
  readonly strokes_sha256: string | null;
};

export interface ProofDocument {
  readonly format: 'doorstep-proof-v1';
  readonly proof_id: string;
  readonly sealed_at: string;
  readonly office: { readonly name: string; readonly station: string | null; readonly key_id: string; readonly url: string };
  readonly job: {
    readonly order_ref: string | null;
    readonly services: readonly string[];
    readonly slot: Slot | null;
    readonly customer: string;
    readonly address: { readonly lines: readonly string[] | null; readonly city: string | null; readonly postcode: string | null };
  };
  readonly units: readonly ProofUnit[];
  readonly visits: readonly {
    readonly outcome: 'completed' | 'partial' | 'failed' | null;
    readonly reason: string | null;
    readonly departed: Fact | null;
    readonly arrived: Fact | null;
    readonly ended: Fact | null;
  }[];
  readonly steps: readonly ProofStep[];
  readonly photos: readonly ProofPhoto[];
  readonly signoffs: readonly ProofSignoff[];
  readonly approved: { readonly by: string; readonly at: string; readonly note: string | null } | null;
  readonly anomalies: readonly { readonly code: string; readonly rev: number }[];
  readonly logs: readonly { readonly label: string; readonly kind: string; readonly intact: boolean }[];
  readonly people: Readonly<Record<string, string>>;
  readonly proves: Readonly<Record<string, readonly string[]>>;
  readonly does_not_prove: Readonly<Record<string, readonly string[]>>;
}

/** @throws RangeError for a document of another format. */
export function readProof(text: string): ProofDocument {
  const document: unknown = JSON.parse(text);
  if (typeof document !== 'object' || document === null || !('format' in document) || document.format !== 'doorstep-proof-v1') {
    throw new RangeError('not doorstep-proof-v1');
  }
  return document as ProofDocument;
}
