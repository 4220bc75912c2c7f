/** The way to the customer begins. */
import type { JobView } from '../../state/jobs';
import { save } from './saving';

export async function depart(view: JobView): Promise<boolean> {
  const { visit_id: visitId } = view.state;
  return visitId !== null && (await save(view.job_id, 'visit.departed', { visit_id: visitId })) !== null;
}
