/** The end of a visit: what is missing, each a tap away; then completed, or partial with a reason. */
import { useState } from 'preact/hooks';
import type { Step } from '../../domain/checklist';
import type { JobView } from '../../state/jobs';
import { entry } from '../../state/record';
import { pick } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { Notice } from '../parts/notice';
import { Sheet } from '../parts/sheet';
import { toast } from '../parts/toast';
import { Frame } from './frame';
import { NoJob } from './job';
import { StepRow } from './job-parts';
import { address, go } from './route';
import { saveAll } from './saving';
import { againFacts, NOT_ASKED, SecondVisit, type Again } from './second-visit';
import { assumed, brings, fateFacts, UnitFates, type ComingBack } from './unit-fate';
import { useDraft, useJob } from './use';
import { openSteps, placeOf } from './work';
import { sayStep } from './words-step';
import { sayEnd } from './words-end';

export function Finish({ jobId }: { readonly jobId: string }) {
  const view = useJob(jobId);
  return view && view.state.visit_id !== null ? <FinishVisit view={view} visitId={view.state.visit_id} /> : <NoJob />;
}

function FinishVisit({ view, visitId }: { readonly view: JobView; readonly visitId: string }) {
  const [note, write, clear] = useDraft<string>(`finish ${view.job_id}`, '');
  const [said, setSaid, clearSaid] = useDraft<ComingBack | null>(`fates ${view.job_id}`, null);
  const [again, setAgain, clearAgain] = useDraft<Again>(`again ${view.job_id}`, NOT_ASKED);
  const back = said ?? assumed(view.state);
  const isBack = ({ unit_id }: Step): boolean => unit_id !== null && back[unit_id] !== undefined;
  const open = openSteps(view);
  // What comes back is not worked on.
  const [needed, wished] = [open.needed.filter((step) => !isBack(step)), open.wished.filter((step) => !isBack(step))];
  const whole = Object.keys(back).length === 0;
  const [ending, setEnding] = useState(false);
  const [tried, setTried] = useState(false);
  const end = async (outcome: 'completed' | 'partial'): Promise<void> => {
    setTried(true);
    if (outcome === 'partial' && whole && note.trim() === '') return;
    const words = note.trim();
    const ended = entry('visit.completed', { visit_id: visitId, outcome, note: words || null });
    if (!(await saveAll(view.job_id, [...fateFacts(view, back, words), ...againFacts(outcome === 'partial' ? again : NOT_ASKED), ended]))) return;
    clear();
    clearSaid();
    clearAgain();
    toast(sayEnd('finished'));
    go(address('job', view.job_id), 'replace');
  };
  const first = needed[0];
  return (
    <Frame
      testid="finish"
      title={sayEnd('finish_title')}
      under={view.state.customer?.name}
      actions={
        first ? (
          <Button kind="primary" testid="finish-next" onTap={() => go(placeOf(view.job_id, first))}>
            {sayEnd('go_on', { what: pick(first.rule.title) })}
          </Button>
        ) : (
          <Button kind="primary" icon="check" testid="finish-complete" onTap={() => end(whole ? 'completed' : 'partial')}>
            {sayEnd(whole ? 'complete' : 'complete_rest')}
          </Button>
        )
      }
    >
      {first ? (
        <>
          <Notice tone="warn" title={sayEnd('still_open', { n: needed.length })} testid="still-open">
            <p>{sayEnd('still_open_text')}</p>
          </Notice>
          <ul class="card rows">
            {needed.map((step) => (
              <StepRow key={`${step.step_id} ${step.unit_id ?? ''}`} view={view} step={step} />
            ))}
          </ul>
        </>
      ) : (
        <Notice tone="ok" title={sayEnd(whole ? 'all_done' : 'all_done_rest')} />
      )}
      {brings(view.state) && <UnitFates view={view} back={back} onChange={setSaid} />}
      {wished.length > 0 && (
        <section class="stack tight">
          <h2>{sayEnd('wished')}</h2>
          <ul class="card rows">
            {wished.map((step) => (
              <StepRow key={`${step.step_id} ${step.unit_id ?? ''}`} view={view} step={step} />
            ))}
          </ul>
        </section>
      )}
      {!first && !whole && <SecondVisit again={again} onChange={setAgain} />}
      {!first && <Field label={sayEnd('note_optional')} value={note} lines={2} most={1000} testid="finish-note" onWrite={write} />}
      {first && (
        <Button kind="link" wide testid="finish-partial" onTap={() => setEnding(true)}>
          {sayEnd('partial')}
        </Button>
      )}
      {ending && (
        <Sheet title={sayEnd('partial_why')} testid="partial" onClose={() => setEnding(false)}>
          <Field label={sayEnd('partial_why')} value={note} lines={3} most={1000} problem={tried && note.trim() === '' ? sayStep('exception_note_needed') : null} testid="partial-note" onWrite={write} />
          <SecondVisit again={again} onChange={setAgain} />
          <Button kind="primary" testid="partial-save" onTap={() => end('partial')}>
            {sayEnd('partial_save')}
          </Button>
          <Button kind="link" wide onTap={() => setEnding(false)}>
            {sayStep('cancel')}
          </Button>
        </Sheet>
      )}
    </Frame>
  );
}
