/** Recording an answer, and taking it back. */
import type { Step } from '../../domain/checklist';
import type { Answer } from '../../domain/job';
import type { AnswerValue } from '../../domain/kinds';
import { jobById, type JobView } from '../../state/jobs';
import { toast } from '../parts/toast';
import { save } from './saving';
import { sayStep } from './words-step';

export interface NewAnswer {
  readonly value: AnswerValue | null;
  readonly unit?: string | null;
  readonly exception?: { readonly reason: string; readonly note: string | null } | null;
  readonly finding_id?: string | null;
}

/** Records an answer and offers to take it back, which is another answer. False when it could not be kept. */
export async function saveAnswer(view: JobView, step: Step, answer: NewAnswer, before: Answer | null): Promise<boolean> {
  const at = { step_id: step.step_id, unit_id: step.unit_id, component: step.component };
  const { value, unit = null, exception = null, finding_id: findingId = null } = answer;
  const saved = await save(view.job_id, 'step.answered', { ...at, value, unit, exception, finding_id: findingId });
  if (!saved) return false;
  const takeBack = async (): Promise<void> => {
    const old = { value: before?.value ?? null, unit: before?.unit ?? null, exception: before?.exception ?? null };
    if (await save(view.job_id, 'step.answered', { ...at, ...old, finding_id: null })) toast(sayStep('answer_taken_back'));
  };
  // What answers a finding cannot be taken back: the office is waiting for it.
  toast(sayStep('saved'), findingId === null ? { label: sayStep('undo'), act: takeBack } : null);
  return true;
}

/** The job as it is after the latest record, for what comes next. */
export function fresh(view: JobView): JobView {
  return jobById(view.job_id).peek() ?? view;
}
