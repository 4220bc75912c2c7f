/**
 * When the phone may let go of evidence. This predicate is the only one, and `sweep` is its only caller.
 */
import type { Stage } from '../domain/job';

export const RETENTION_MS = 14 * 24 * 3_600_000;

export interface Lifetime {
  /** The server's receipt covers the event, or its copy under a newer epoch. */
  readonly receipted: boolean;
  /** A snapshot that this phone holds was made after it; true as well when no snapshot is left to show. */
  readonly covered: boolean;
  /** For each blob that the event names, whether the server's receipt is here. */
  readonly blobs_receipted: readonly boolean[];
  /** When the last of those receipts was given, the server's clock; null when that is not known. */
  readonly receipted_at_ms: number | null;
  /** The server's clock at the last contact; null before the first. */
  readonly now_ms: number | null;
  /** `gone`: no longer in the manifest, or the event was about no job. */
  readonly job: 'gone' | Stage;
}

/** Every condition must hold; what is not known does not hold. */
export function mayDelete(life: Lifetime): boolean {
  const { receipted_at_ms, now_ms } = life;
  return (
    life.receipted &&
    life.covered &&
    life.blobs_receipted.every(Boolean) &&
    receipted_at_ms !== null &&
    now_ms !== null &&
    now_ms - receipted_at_ms >= RETENTION_MS &&
    (life.job === 'gone' || isClosed(life.job))
  );
}

function isClosed(stage: Stage): boolean {
  return stage === 'approved' || stage === 'sealed' || stage === 'cancelled';
}
