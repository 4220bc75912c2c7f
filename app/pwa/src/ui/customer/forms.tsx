/** The two answers a customer can give: accept with a signature and a name, or refuse with a reason. */
import { useState } from 'preact/hooks';
import { hasEnoughInk, strokesBytes, type Strokes } from '../../device/pad';
import type { Json } from '../../domain/events';
import type { Relation } from '../../domain/kinds';
import type { Language } from '../i18n/catalogue';
import { Button } from '../parts/button';
import { Field, overBy } from '../parts/field';
import { Notice } from '../parts/notice';
import { Tiles } from '../parts/tiles';
import { useDraft } from '../installer/use';
import { RELATIONS, type Outcome, type Prepared, type Signer } from './recording';
import { Signature } from './signature';
import { sayCustomer } from './words';

const NAME_MOST = 80;

/** Keyed by the text's digest: a signature belongs to what was read, and to nothing else. */
type SignDraft = { strokes: Json; typed: string; typing: boolean; name: string; relation: Relation };

/** A signature, drawn or typed, under the text of that digest. */
export function SignForm({ tongue, sha256, customer, onDone }: {
  readonly tongue: Language;
  readonly sha256: string;
  readonly customer: string | null;
  readonly onDone: (signer: Signer) => Promise<void>;
}) {
  const [draft, write] = useDraft<SignDraft>(`sign ${sha256}`, { strokes: null, typed: '', typing: false, name: customer ?? '', relation: 'customer' });
  const [problem, setProblem] = useState<'more_ink' | 'name_needed' | 'typed_needed' | null>(null);
  const change = (next: SignDraft): void => {
    setProblem(null);
    write(next);
  };
  const strokes = draft.strokes as Strokes | null;
  const sign = async (): Promise<void> => {
    const typed = draft.typed.trim();
    const lacking = draft.typing ? (typed.length < 2 ? 'typed_needed' : null) : strokes && hasEnoughInk(strokes) ? null : 'more_ink';
    const wrong = lacking ?? (draft.name.trim() === '' ? 'name_needed' : null);
    setProblem(wrong);
    // What is too long is said where it stands.
    if (wrong !== null || overBy(draft.name, NAME_MOST) > 0 || (draft.typing && overBy(typed, NAME_MOST) > 0)) return;
    await onDone({
      strokes: draft.typing || !strokes ? null : strokesBytes(strokes),
      typed_name: draft.typing ? typed : null,
      name: draft.name.trim(),
      relation: draft.relation,
    });
  };
  return (
    <>
      <h1>{sayCustomer.in(tongue, 'sign_title')}</h1>
      {draft.typing ? (
        <Field label={sayCustomer.in(tongue, 'typed_name')} value={draft.typed} most={NAME_MOST} tongue={tongue} problem={problem === 'typed_needed' ? sayCustomer.in(tongue, problem) : null} testid="typed-name" onWrite={(typed) => change({ ...draft, typed })} />
      ) : (
        <Signature strokes={strokes} tongue={tongue} onStroke={(drawn) => change({ ...draft, strokes: drawn as unknown as Json })} />
      )}
      {problem === 'more_ink' && <Notice tone="stop" alert title={sayCustomer.in(tongue, 'more_ink')} />}
      <Button kind="link" icon={draft.typing ? 'signature' : 'keyboard'} testid="type-name" onTap={() => change({ ...draft, typing: !draft.typing })}>
        {sayCustomer.in(tongue, draft.typing ? 'draw_instead' : 'type_instead')}
      </Button>
      <Field label={sayCustomer.in(tongue, 'name')} value={draft.name} most={NAME_MOST} tongue={tongue} problem={problem === 'name_needed' ? sayCustomer.in(tongue, problem) : null} testid="signer-name" onWrite={(name) => change({ ...draft, name })} />
      <Tiles
        legend={sayCustomer.in(tongue, 'relation')}
        options={RELATIONS.map((relation) => ({ value: relation, title: sayCustomer.in(tongue, `relation_${relation}`) }))}
        chosen={draft.relation}
        testid="relation"
        onChoose={(chosen) => change({ ...draft, relation: RELATIONS.find((relation) => relation === chosen) ?? 'other' })}
      />
      <Button kind="primary" icon="signature" testid="sign" onTap={sign}>
        {sayCustomer.in(tongue, 'sign')}
      </Button>
    </>
  );
}

/** With the words of the reason before it, a note still fits into the 500 characters of a sign-off's reason. */
const NOTE_MOST = 440;
const REFUSALS = ['damaged', 'wrong', 'work', 'missing', 'other'] as const;

export function RefuseForm({ prepared, onDone }: { readonly prepared: Prepared; readonly onDone: (outcome: Outcome) => Promise<void> }) {
  const { statement, sha256 } = prepared;
  const tongue = statement.language;
  const [draft, write] = useDraft(`refuse ${sha256}`, { why: '', note: '', name: statement.customer ?? '' });
  const [tried, setTried] = useState(false);
  const why = REFUSALS.find((reason) => reason === draft.why);
  const lacking = why === undefined || (why === 'other' && draft.note.trim() === '') || overBy(draft.note, NOTE_MOST) > 0 || overBy(draft.name, NAME_MOST) > 0;
  const refuse = async (): Promise<void> => {
    setTried(true);
    if (lacking || why === undefined) return;
    const reason = [why === 'other' ? '' : sayCustomer.in(tongue, `refuse_${why}`), draft.note.trim()].filter(Boolean).join(' — ');
    await onDone({ outcome: 'refused', reason, strokes: null, typed_name: null, name: draft.name.trim() || null, relation: null });
  };
  return (
    <>
      <h1>{sayCustomer.in(tongue, 'refuse_title')}</h1>
      <Tiles
        legend={sayCustomer.in(tongue, 'refuse_title')}
        legendHidden
        single
        options={REFUSALS.map((reason) => ({ value: reason, title: sayCustomer.in(tongue, `refuse_${reason}`) }))}
        chosen={draft.why || null}
        testid="refuse-why"
        onChoose={(chosen) => write({ ...draft, why: chosen })}
      />
      <Field label={sayCustomer.in(tongue, 'refuse_note')} value={draft.note} lines={3} most={NOTE_MOST} tongue={tongue} problem={tried && lacking ? sayCustomer.in(tongue, 'refuse_needed') : null} testid="refuse-note" onWrite={(note) => write({ ...draft, note })} />
      <Field label={sayCustomer.in(tongue, 'name')} value={draft.name} most={NAME_MOST} tongue={tongue} testid="refuse-name" onWrite={(name) => write({ ...draft, name })} />
      <Button kind="primary" testid="refuse-save" onTap={refuse}>
        {sayCustomer.in(tongue, 'refuse_save')}
      </Button>
    </>
  );
}
