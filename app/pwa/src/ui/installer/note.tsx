/** A note for the job, or a problem that the office must know of. */
import { useState } from 'preact/hooks';
import type { JobView } from '../../state/jobs';
import { newId } from '../../state/record';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { Tiles } from '../parts/tiles';
import { toast } from '../parts/toast';
import { Frame } from './frame';
import { NoJob } from './job';
import { back } from './route';
import { save } from './saving';
import { useDraft, useJob, useShown } from './use';
import { sayStep } from './words-step';
import { sayEnd } from './words-end';

const CODES = ['note', 'damage', 'missing_part', 'site', 'unsafe', 'complaint', 'other'] as const;

export function NoteScreen({ jobId }: { readonly jobId: string }) {
  const view = useJob(jobId);
  return view ? <Writing view={view} /> : <NoJob />;
}

function Writing({ view }: { readonly view: JobView }) {
  const [draft, write, clear] = useDraft(`note ${view.job_id}`, { code: 'note', unit: '', text: '' });
  const [tried, setTried] = useState(false);
  const { units } = view.state;
  const isShown = useShown();
  const keep = async (): Promise<void> => {
    setTried(true);
    const text = draft.text.trim();
    if (text === '') return;
    const saved =
      draft.code === 'note'
        ? await save(view.job_id, 'note.added', { text })
        : await save(view.job_id, 'issue.raised', { issue_id: newId(), code: draft.code, unit_id: draft.unit || null, note: text });
    if (!saved) return;
    clear();
    toast(sayStep('saved'));
    if (isShown()) back();
  };
  return (
    <Frame
      testid="note-screen"
      title={sayEnd('note_title')}
      under={view.state.customer?.name}
      actions={
        <Button kind="primary" icon="check" testid="note-save" onTap={keep}>
          {sayEnd('note_save')}
        </Button>
      }
    >
      <Field label={sayEnd('note_text')} value={draft.text} lines={5} most={2000} problem={tried && draft.text.trim() === '' ? sayEnd('note_empty') : null} testid="note-text" onWrite={(text) => write({ ...draft, text })} />
      <Tiles
        legend={sayEnd('note_kind')}
        options={CODES.map((code) => ({ value: code, title: sayEnd(`note_${code}`) }))}
        chosen={draft.code}
        testid="note-code"
        onChoose={(code) => write({ ...draft, code })}
      />
      {draft.code !== 'note' && units.length > 1 && (
        <Tiles
          legend={sayEnd('note_unit')}
          options={[{ value: '', title: sayStep('whole_job') }, ...units.map((unit) => ({ value: unit.unit_id, title: unit.name }))]}
          chosen={draft.unit}
          onChoose={(unit) => write({ ...draft, unit })}
        />
      )}
    </Frame>
  );
}
