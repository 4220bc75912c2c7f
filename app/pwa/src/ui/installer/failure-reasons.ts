/** Why a visit, or a part of it, may fail: as the job's standards have it. */
import type { FailureReason } from '../../domain/standard';
import type { JobView } from '../../state/jobs';

/** The reasons of all the job's standards, each once. */
export function reasonsOf(view: Pick<JobView, 'standards'>): FailureReason[] {
  const all = view.standards.flatMap((standard) => standard.failure_reasons ?? []);
  return all.filter((reason, place) => all.findIndex((other) => other.reason === reason.reason) === place);
}
