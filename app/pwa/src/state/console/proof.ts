/** The sealed proof of a job, and the file that anyone can check. */
import { get } from './api';
import type { SealedProof } from './shapes';

export function sealedProof(jobId: string): Promise<SealedProof> {
  return get(`/jobs/${encodeURIComponent(jobId)}/proof`);
}

export function proofQrAddress(jobId: string): string {
  return `/api/v1/jobs/${encodeURIComponent(jobId)}/proof/qr.svg`;
}

/** The text of the proof file: the document exactly as it was sealed, with its digest, signature and key beside it. */
export function proofFile({ document, sha256, sig, key_id, public_key }: SealedProof): string {
  return `${JSON.stringify({ document, sha256, sig, key_id, public_key }, null, 1)}\n`;
}
