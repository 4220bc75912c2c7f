/** Before a draft is published: what changes, in words, and from which day. */
import { useEffect, useState } from 'preact/hooks';
import type { Standard } from '../../../domain/standard';
import { ApiProblem } from '../../../state/console/api';
import type { DraftEditor } from '../../../state/console/draft-editor';
import { publishDraft, standardOf, type Fault } from '../../../state/console/standards';
import { Button } from '../../parts/button';
import { Day, today } from '../../parts/field';
import { Chip, Notice } from '../../parts/notice';
import { Sheet } from '../../parts/sheet';
import { toast } from '../../parts/toast';
import { go } from '../navigation';
import { standardAddress } from '../route';
import { TroubleNotice } from '../trouble';
import { differences, type Difference } from './difference';
import { placeWords } from './draft-parts';
import { edit } from './editor-words';
import { faultWords } from './reason-words';

export function PublishSheet({ editor, onClose, onShow }: { readonly editor: DraftEditor; readonly onClose: () => void; readonly onShow: (pointer: string) => void }) {
  const [day, setDay] = useState(today());
  const [failure, setFailure] = useState<unknown>(null);
  const [saved, setSaved] = useState(false);
  const standard = editor.document.value as unknown as Standard;
  useEffect(() => {
    editor.flush().then(() => setSaved(true), setFailure);
  }, []);
  const fault = editor.fault.value ?? faultOf(failure);
  const publish = async (): Promise<void> => {
    setFailure(null);
    try {
      await editor.flush();
      const digest = await publishDraft(editor.draft_id, editor.rev, day <= today() ? null : new Date(`${day}T00:00:00`).toISOString());
      editor.forget();
      toast(edit('publish_done'));
      go(standardAddress(digest));
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Sheet title={edit('changes')} testid="publish-sheet" onClose={onClose}>
      {fault && (
        <Notice tone="stop" title={edit('refused')} testid="publish-refused">
          <p>{`${placeWords(editor.document.value, fault.pointer)}: ${faultWords(fault)}`}</p>
          <div><Button testid="publish-show" onTap={() => onShow(fault.pointer)}>{edit('show_fault')}</Button></div>
        </Notice>
      )}
      {failure !== null && !fault && <TroubleNotice error={failure} />}
      {saved && !editor.fault.value && <Changes editor={editor} standard={standard} />}
      {saved && !editor.fault.value && (
        <>
          <Day label={edit('from_day')} value={day} past={false} problem={null} onWrite={(to) => setDay(to || today())} />
          <p class="small quiet">{edit('from_day_hint')}</p>
        </>
      )}
      <div class="row">
        <Button kind="primary" icon="send" testid="publish-go" disabled={!saved || editor.fault.value !== null} onTap={publish}>{edit('publish', { version: String(standard.version) })}</Button>
        <Button onTap={onClose}>{edit('go_on')}</Button>
      </div>
    </Sheet>
  );
}

function Changes({ editor, standard }: { readonly editor: DraftEditor; readonly standard: Standard }) {
  const [base, setBase] = useState<Standard | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const digest = editor.base_digest;
  const load = (): void => {
    setFailure(null);
    if (digest !== null) standardOf(digest).then(setBase, setFailure);
  };
  useEffect(load, [digest]);
  if (digest === null) return <p class="quiet">{edit('changes_new')}</p>;
  if (failure !== null) return <TroubleNotice error={failure} onRetry={load} />;
  if (base === null) return <div class="skeleton" aria-busy="true" />;
  return (
    <>
      <p class="small quiet">{edit('changes_from', { version: base.version })}</p>
      <DifferenceList found={differences(base, standard)} />
    </>
  );
}

export function DifferenceList({ found }: { readonly found: readonly Difference[] }) {
  if (found.length === 0) return <p>{edit('no_changes')}</p>;
  return (
    <ul class="differences" data-testid="differences">
      {found.map((one, index) => (
        <li key={index} data-testid="difference" data-is={one.is}>
          <p class="row">
            {one.code && <span class="code quiet">{one.code}</span>}
            <strong>{one.title}</strong>
            {one.is !== 'changed' && <Chip tone={one.is === 'added' ? 'ok' : 'warn'}>{edit(`rule_${one.is}`)}</Chip>}
          </p>
          {one.lines.length > 0 && (
            <dl class="small">
              {one.lines.map((line) => (
                <div key={line.what}>
                  <dt class="quiet">{line.what}</dt>
                  <dd>
                    {line.before !== '' && <del>{line.before}</del>}
                    {line.after === '' ? <span class="quiet"> {edit('empty')}</span> : <ins>{line.after}</ins>}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}

function faultOf(failure: unknown): Fault | null {
  if (!(failure instanceof ApiProblem) || failure.slug !== 'standard-refused') return null;
  const { pointer, reason, values } = failure.members;
  return { pointer: String(pointer), reason: String(reason), values: (values ?? {}) as Fault['values'] };
}
