/** The installer's side of the sign-off: hand the phone over, or record why nobody signs. */
import { useEffect, useState } from 'preact/hooks';
import { find } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { language, LANGUAGES, type Language } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Field, overBy } from '../parts/field';
import { Notice } from '../parts/notice';
import { Sheet } from '../parts/sheet';
import { Tiles } from '../parts/tiles';
import { toast } from '../parts/toast';
import { Frame } from '../installer/frame';
import { NoJob } from '../installer/job';
import { address, back, go, type Query } from '../installer/route';
import { useJob } from '../installer/use';
import { fresh } from '../installer/answer';
import { nextAction, openSteps, placeOf } from '../installer/work';
import { sayStep } from '../installer/words-step';
import { HandOver } from './hand-over';
import { prepare, recordOutcome, type Outcome, type Prepared } from './recording';
import { saySign } from './words';
import '../styles/customer.css';

export function SignOff({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  return view ? <Signing view={view} query={query} /> : <NoJob />;
}

function Signing({ view, query }: { readonly view: JobView; readonly query: Query }) {
  const { state } = view;
  // The language chosen before the phone was handed over stands in the address, so that it holds on the customer's screen.
  const asked = LANGUAGES.find((one) => one === query.lang);
  const [tongue, setTongue] = useState<Language>(asked ?? state.customer?.language ?? language.value);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [absent, setAbsent] = useState(false);
  const handed = query.for === 'handover';
  const finding = query.finding ? find(state.findings, 'finding_id', query.finding) : null;
  const findingId = finding?.status === 'open' ? finding.finding_id : null;
  // What was shown stays as it was shown: later facts do not change the text under the customer's eyes.
  useEffect(() => {
    let gone = false;
    void prepare(view, tongue).then((made) => {
      if (!gone) setPrepared(made);
    });
    return () => {
      gone = true;
    };
  }, [tongue, handed]);

  const keep = async (outcome: Outcome): Promise<boolean> => prepared !== null && recordOutcome(view.job_id, prepared, outcome, findingId);
  // Whoever came from a visit that fails goes on there.
  const leave = (signed: boolean): void => (query.from === 'fail' ? back() : go(signed ? onward(view) : address('job', view.job_id), 'replace'));
  if (handed) {
    if (!prepared || prepared.statement.language !== tongue) return <div class="frame customer" aria-busy="true" />;
    return <HandOver prepared={prepared} tongue={tongue} onLanguage={setTongue} onOutcome={keep} onLeave={leave} />;
  }
  const needed = openSteps(view).needed.filter((step) => !step.missing.every((missing) => missing === 'signoff' || missing === 'finding'));
  return (
    <Frame
      testid="sign-off"
      title={saySign('title')}
      under={state.customer?.name}
      actions={
        <Button kind="primary" icon="signature" testid="hand-over-start" onTap={() => go(address('sign', view.job_id, { ...query, for: 'handover', lang: tongue }), 'replace')}>
          {saySign('hand_over', { name: state.customer?.name ?? '' })}
        </Button>
      }
    >
      <p>{saySign('hand_over_text')}</p>
      {needed.length > 0 && <Notice tone="warn" title={saySign('open_steps', { n: needed.length })} />}
      {view.standards.length === 0 && <Notice tone="warn" title={saySign('no_standards')} />}
      {state.signoffs.length > 0 && findingId === null && <Notice tone="wait" title={saySign('signed_before')} />}
      <Tiles
        legend={saySign('language')}
        options={[
          { value: 'zh-Hans', title: '中文' },
          { value: 'en', title: 'English' },
        ]}
        chosen={tongue}
        testid="statement-language"
        onChoose={(chosen) => setTongue(chosen === 'en' ? 'en' : 'zh-Hans')}
      />
      <Button kind="link" icon="user" testid="absent" onTap={() => setAbsent(true)}>
        {saySign('absent')}
      </Button>
      {absent && (
        <AbsentSheet
          onClose={() => setAbsent(false)}
          onDone={async (reason) => {
            if (!(await keep({ outcome: 'absent', reason, strokes: null, typed_name: null, name: null, relation: null }))) return;
            toast(saySign('absent_saved'));
            leave(true);
          }}
        />
      )}
    </Frame>
  );
}

/** With the words of the reason before it, a note still fits into the 500 characters of a sign-off's reason. */
const NOTE_MOST = 400;
const ABSENCES = ['left', 'neighbour', 'concierge', 'unable', 'other'] as const;

function AbsentSheet({ onDone, onClose }: { readonly onDone: (reason: string) => Promise<void>; readonly onClose: () => void }) {
  const [why, setWhy] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const known = ABSENCES.find((reason) => reason === why);
  const lacking = known === undefined || (known === 'other' && note.trim() === '') || overBy(note, NOTE_MOST) > 0;
  const keep = async (): Promise<void> => {
    setTried(true);
    if (lacking || known === undefined) return;
    await onDone([known === 'other' ? '' : saySign(`absent_${known}`), note.trim()].filter(Boolean).join(' — '));
  };
  return (
    <Sheet title={saySign('absent_title')} testid="absent-sheet" onClose={onClose}>
      <Tiles
        legend={saySign('absent_title')}
        legendHidden
        single
        options={ABSENCES.map((reason) => ({ value: reason, title: saySign(`absent_${reason}`) }))}
        chosen={why}
        testid="absent-why"
        onChoose={setWhy}
      />
      <Field label={saySign('absent_note')} value={note} lines={2} most={NOTE_MOST} problem={!tried || !lacking ? null : known === undefined ? sayStep('choose_one') : saySign('absent_note_needed')} testid="absent-note" onWrite={setNote} />
      <Button kind="primary" testid="absent-save" onTap={keep}>
        {saySign('absent_save')}
      </Button>
      <Button kind="link" wide onTap={onClose}>
        {sayStep('cancel')}
      </Button>
    </Sheet>
  );
}

/** After the sign-off: the next open step, else the end of the visit, else the job. */
function onward(view: JobView): string {
  const now = fresh(view);
  const next = nextAction(now);
  if (next.does === 'step') return placeOf(now.job_id, next.step);
  return next.does === 'finish' ? address('finish', now.job_id) : address('job', now.job_id);
}
