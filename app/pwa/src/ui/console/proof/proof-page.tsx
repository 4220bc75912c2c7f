/** The proof of a job as one calm page to read, print and hand on. It shows the sealed document, not today's state. */
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem } from '../../../state/console/api';
import { job, openJob } from '../../../state/console/job';
import { proofFile, sealedProof } from '../../../state/console/proof';
import { readProof, type ProofDocument } from '../../../state/console/proof-document';
import type { SealedProof } from '../../../state/console/shapes';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { jobAddress } from '../route';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { ProofSheet } from './proof-sheet';
import { say } from './words';

export function ProofPage({ jobId }: { readonly jobId: string }) {
  const [sealed, setSealed] = useState<{ proof: SealedProof; document: ProofDocument } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      const proof = await sealedProof(jobId);
      setSealed({ proof, document: readProof(proof.document) });
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => {
    void load();
    void openJob(jobId);
  }, [jobId]);
  useEffect(() => {
    // A printed page and a saved PDF are named by this.
    document.title = sealed ? `${say('title')} ${sealed.document.job.order_ref ?? ''}` : `${say('title')} · ${words('app')}`;
  });
  const detail = job.value?.job_id === jobId ? job.value : null;
  return (
    <main class="page proof-page" id="content" tabIndex={-1}>
      <div class="proof-tools">
        <a class="back" href={jobAddress(jobId)}><Icon name="chevron-left" /> {say('to_job')}</a>
        {sealed && (
          <div class="row">
            <a class="button" href={sealed.proof.verify_url} target="_blank" rel="noopener" data-testid="verify-link"><Icon name="shield-check" /> {say('verify')}</a>
            <Button icon="download" testid="download-proof" onTap={() => save(sealed.proof, sealed.document.proof_id)}>{say('download')}</Button>
            <Button icon="printer" testid="print" onTap={() => window.print()}>{say('print')}</Button>
          </div>
        )}
      </div>
      {failure !== null && (isNotSealed(failure) ? (
        <Notice tone="wait" title={say('not_sealed')} testid="not-sealed"><p>{say('not_sealed_text')}</p></Notice>
      ) : (
        <TroubleNotice error={failure} onRetry={load} />
      ))}
      {sealed === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {sealed && <ProofSheet jobId={jobId} proof={sealed.proof} document={sealed.document} standards={detail?.standards ?? []} strokes={detail?.strokes ?? null} />}
    </main>
  );
}

function isNotSealed(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

/** Hands the file to the browser's downloads. */
function save(proof: SealedProof, proofId: string): void {
  const address = URL.createObjectURL(new Blob([proofFile(proof)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `doorstep-proof-${proofId}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
