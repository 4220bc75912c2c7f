/** A draft of a standard: its rules on the left, the chosen part in the middle, the phone's checklist on the right. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { at, inserted, isList, moved, placeOf, type Json, type JsonObject, type Place } from '../../../domain/places';
import type { Standard } from '../../../domain/standard';
import { DraftEditor } from '../../../state/console/draft-editor';
import { draftOf, throwAway } from '../../../state/console/standards';
import { moment } from '../../i18n/format';
import { Boundary } from '../../parts/boundary';
import { Button, RoundButton } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Chip, Notice } from '../../parts/notice';
import { Sheet } from '../../parts/sheet';
import { toast } from '../../parts/toast';
import { go } from '../navigation';
import { STANDARDS } from '../route';
import { troubleOf, TroubleNotice } from '../trouble';
import { phaseWord } from '../words-trade';
import { words } from '../words';
import { freeCode, placeWords, textAt, titleOf } from './draft-parts';
import { edit, memberWord } from './editor-words';
import { blank, kindOf } from './form';
import { Part, ShapeForm } from './member-form';
import { Preview } from './preview';
import { PublishSheet } from './publish-sheet';
import { faultWords } from './reason-words';
import { say } from './words';
import '../styles/standards.css';
import '../styles/editor.css';

/** What is being edited: one rule by its index, or another part of the document. */
type Chosen = number | 'about' | 'photo_roles' | 'failure_reasons';

export function EditorPage({ draftId }: { readonly draftId: string }) {
  const [editor, setEditor] = useState<DraftEditor | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      setEditor(new DraftEditor(await draftOf(draftId)));
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => void load(), [draftId]);
  useEffect(() => () => editor?.close(), [editor]);
  return (
    <main class="page editor-page" id="content" tabIndex={-1}>
      {failure !== null && <TroubleNotice error={failure} onRetry={load} />}
      {editor === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {editor && <Editor editor={editor} />}
    </main>
  );
}

function Editor({ editor }: { readonly editor: DraftEditor }) {
  const [chosen, setChosen] = useState<Chosen>('about');
  const [sheet, setSheet] = useState<'publish' | 'throw' | null>(null);
  const form = useRef<HTMLDivElement>(null);
  const document_ = editor.document.value;
  const title = titleOf(document_);
  const show = (pointer: string): void => {
    setChosen(partOf(placeOf(pointer)));
    requestAnimationFrame(() => showPlace(form.current, pointer));
  };
  useEffect(() => {
    document.title = `${title || edit('unnamed')} · ${words('app')}`;
  });
  useEffect(() => listen(editor), [editor]);
  return (
    <>
      <div class="editor-head">
        <a class="back" href={STANDARDS}><Icon name="chevron-left" /> {say('back')}</a>
        <h1>{title || edit('unnamed')} <span class="quiet">{textAt(document_, ['version'])}</span></h1>
        <SaveMark editor={editor} />
        <div class="row editor-tools">
          <RoundButton icon="undo-2" label={edit('undo')} testid="editor-undo" onTap={() => editor.undo()} />
          <span class="mirrored"><RoundButton icon="undo-2" label={edit('redo')} testid="editor-redo" onTap={() => editor.redo()} /></span>
          <RoundButton icon="download" label={say('download')} testid="editor-download" onTap={() => download(editor)} />
          <RoundButton icon="trash-2" label={edit('throw_away')} testid="editor-throw" onTap={() => setSheet('throw')} />
          <Button kind="primary" icon="send" testid="editor-publish" onTap={() => setSheet('publish')}>{edit('review')}</Button>
        </div>
      </div>
      <Clash editor={editor} />
      <Fault editor={editor} onShow={show} />
      <div class="editor-columns">
        <Outline editor={editor} chosen={chosen} onChoose={setChosen} />
        <div class="editor-form card stack" ref={form}><ChosenPart editor={editor} chosen={chosen} onChoose={setChosen} /></div>
        <Boundary place={JSON.stringify(document_).length.toString()} fallback={() => <Notice tone="wait" title={edit('preview_broken')} />}>
          <PreviewOf document={document_} code={typeof chosen === 'number' ? textAt(document_, ['rules', chosen, 'code']) : ''} />
        </Boundary>
      </div>
      {sheet === 'publish' && <PublishSheet editor={editor} onClose={() => setSheet(null)} onShow={(pointer) => { setSheet(null); show(pointer); }} />}
      {sheet === 'throw' && <ThrowSheet editor={editor} onClose={() => setSheet(null)} />}
    </>
  );
}

/** The draft as the phone would read it: half-typed rules are left out until they can be. */
function PreviewOf({ document, code }: { readonly document: JsonObject; readonly code: string }) {
  const readable = useMemo(() => readableOf(document), [document]);
  return <Preview standard={readable} code={code} />;
}

function readableOf(document: JsonObject): Standard {
  const listed = (name: string): readonly Json[] => (isList(document[name]) ? document[name] : []);
  const rules = listed('rules').filter((rule) => isList(at(rule, ['evidence'])) && at(rule, ['title']) != null);
  const roles = at(document, ['photo_roles']);
  return { ...document, categories: listed('categories'), rules, photo_roles: roles ?? {}, title: at(document, ['title']) ?? {} } as unknown as Standard;
}

function Outline({ editor, chosen, onChoose }: { readonly editor: DraftEditor; readonly chosen: Chosen; readonly onChoose: (chosen: Chosen) => void }) {
  const rules = rulesOf(editor);
  const wrong = editor.fault.value === null ? null : partOf(placeOf(editor.fault.value.pointer));
  const entry = (to: Chosen, text: string, code = '') => (
    <button type="button" class="outline-entry" aria-current={chosen === to ? 'true' : undefined} data-testid="outline" data-part={String(to)} onClick={() => onChoose(to)}>
      {code !== '' && <span class="code small quiet">{code}</span>}
      <span class="grow">{text || edit('unnamed')}</span>
      {wrong === to && <Icon name="octagon-x" class="stop" />}
    </button>
  );
  return (
    <nav class="editor-outline" aria-label={memberWord('rules')}>
      {entry('about', edit('about'))}
      {entry('photo_roles', memberWord('photo_roles'))}
      {entry('failure_reasons', memberWord('failure_reasons'))}
      {rules.map((rule, index) => {
        const phase = textAt(rule, ['phase']);
        const begins = index === 0 || phase !== textAt(rules[index - 1], ['phase']);
        return (
          <div key={index}>
            {begins && <h2 class="small quiet">{phaseWord.has(phase) ? phaseWord(phase) : phase}</h2>}
            {entry(index, titleOf(rule), textAt(rule, ['code']))}
          </div>
        );
      })}
      <Button icon="plus" testid="add-rule" onTap={() => onChoose(addRule(editor, chosen))}>{edit('add_rule')}</Button>
    </nav>
  );
}

function ChosenPart({ editor, chosen, onChoose }: { readonly editor: DraftEditor; readonly chosen: Chosen; readonly onChoose: (chosen: Chosen) => void }) {
  if (chosen === 'about') return <ShapeForm editor={editor} place={[]} kind={kindOf('standard')} without={['format', 'photo_roles', 'rules', 'failure_reasons']} />;
  if (chosen === 'photo_roles') return <Named editor={editor} name={chosen} kind="map<photo_role>:60" />;
  if (chosen === 'failure_reasons') return <Named editor={editor} name={chosen} kind="list<failure_reason>:0:30" />;
  const rules = rulesOf(editor);
  if (rules[chosen] === undefined) return <p class="quiet">{edit('preview_none')}</p>;
  const move = (to: number): void => {
    editor.change(['rules'], moved(rules, chosen, to));
    onChoose(to);
  };
  const copy = (): void => {
    const source = rules[chosen] as JsonObject;
    editor.change(['rules'], inserted(rules, chosen + 1, { ...source, code: freeCode(rules, textAt(source, ['code'])) }));
    onChoose(chosen + 1);
  };
  const remove = (): void => {
    editor.change(['rules', chosen], undefined);
    onChoose(rules.length > 1 ? Math.min(chosen, rules.length - 2) : 'about');
    toast(edit('removed'), { label: edit('undo'), act: () => editor.undo() });
  };
  return (
    <>
      <div class="row apart">
        <h2>{titleOf(rules[chosen]) || edit('unnamed')}</h2>
        <div class="row">
          {chosen > 0 && <RoundButton icon="arrow-up" label={edit('up')} testid="rule-up" onTap={() => move(chosen - 1)} />}
          {chosen < rules.length - 1 && <span class="turned"><RoundButton icon="arrow-up" label={edit('down')} testid="rule-down" onTap={() => move(chosen + 1)} /></span>}
          <RoundButton icon="copy" label={edit('duplicate')} testid="rule-copy" onTap={copy} />
          <RoundButton icon="trash-2" label={edit('remove')} testid="rule-remove" onTap={remove} />
        </div>
      </div>
      <ShapeForm key={chosen} editor={editor} place={['rules', chosen]} kind={kindOf('rule')} />
    </>
  );
}

function Named({ editor, name, kind }: { readonly editor: DraftEditor; readonly name: 'photo_roles' | 'failure_reasons'; readonly kind: string }) {
  return (
    <>
      <h2>{memberWord(name)}</h2>
      <Part editor={editor} place={[name]} kind={kindOf(kind)} />
    </>
  );
}

function SaveMark({ editor }: { readonly editor: DraftEditor }) {
  const state = editor.state.value;
  const tone = state === 'saved' ? 'ok' : state === 'failed' || state === 'clash' ? 'stop' : 'wait';
  const text = state === 'saving' ? edit('saving') : state === 'unsaved' ? edit('unsaved') : state === 'saved' ? edit('saved') : edit('unsaved');
  return (
    <>
      <span data-testid="save-mark" data-state={state}><Chip tone={tone}>{text}</Chip></span>
      {state === 'failed' && <Notice tone="stop" alert title={edit('not_saved')} testid="not-saved" />}
    </>
  );
}

function Fault({ editor, onShow }: { readonly editor: DraftEditor; readonly onShow: (pointer: string) => void }) {
  const fault = editor.fault.value;
  if (fault === null) return null;
  return (
    <Notice tone="warn" title={`${placeWords(editor.document.value, fault.pointer)}: ${faultWords(fault)}`} testid="editor-fault">
      <div><Button testid="show-fault" onTap={() => onShow(fault.pointer)}>{edit('show_fault')}</Button></div>
    </Notice>
  );
}

function Clash({ editor }: { readonly editor: DraftEditor }) {
  const theirs = editor.theirs.value;
  if (theirs === null) return null;
  return (
    <Notice tone="stop" alert title={edit('clash')} testid="clash">
      <p>{edit('clash_text', { name: theirs.changed_by, time: moment(theirs.changed_at) })}</p>
      <div class="row">
        <Button icon="download" onTap={() => download(editor)}>{say('download')}</Button>
        <Button testid="clash-theirs" onTap={() => editor.settle(false)}>{edit('clash_theirs')}</Button>
        <Button testid="clash-mine" onTap={() => editor.settle(true)}>{edit('clash_mine')}</Button>
      </div>
    </Notice>
  );
}

function ThrowSheet({ editor, onClose }: { readonly editor: DraftEditor; readonly onClose: () => void }) {
  const act = async (): Promise<void> => {
    try {
      await throwAway(editor.draft_id);
      editor.forget();
      toast(edit('thrown'));
      go(STANDARDS);
    } catch (error) {
      toast(troubleOf(error).title);
    }
  };
  return (
    <Sheet title={edit('throw_title')} testid="throw-sheet" onClose={onClose}>
      <p>{edit('throw_text')}</p>
      <div class="row">
        <Button kind="halt" icon="trash-2" testid="throw-go" onTap={act}>{edit('throw_away')}</Button>
        <Button onTap={onClose}>{edit('keep')}</Button>
      </div>
    </Sheet>
  );
}

/** Keys, and a last word before the tab closes with something unsaved. */
function listen(editor: DraftEditor): () => void {
  const key = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const letter = event.key.toLowerCase();
    if (letter !== 'z' && letter !== 'y' && letter !== 's') return;
    event.preventDefault();
    if (letter === 's') void editor.flush().catch(() => undefined);
    else if (letter === 'y' || event.shiftKey) editor.redo();
    else editor.undo();
  };
  const leave = (event: BeforeUnloadEvent): void => {
    if (editor.state.value !== 'saved') event.preventDefault();
  };
  addEventListener('keydown', key);
  addEventListener('beforeunload', leave);
  return () => {
    removeEventListener('keydown', key);
    removeEventListener('beforeunload', leave);
  };
}

function download(editor: DraftEditor): void {
  const document_ = editor.document.value;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([editor.text()], { type: 'application/json' }));
  link.download = `${textAt(document_, ['standard_id']) || 'standard'}-${textAt(document_, ['version']) || 'draft'}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A new rule after the chosen one, asked where and when that is; its index. */
function addRule(editor: DraftEditor, chosen: Chosen): number {
  const rules = rulesOf(editor);
  const index = typeof chosen === 'number' ? Math.min(chosen + 1, rules.length) : rules.length;
  const before = rules[index - 1];
  const languages = at(editor.document.value, ['languages']);
  const rule = blank(kindOf('rule'), isList(languages) ? languages.map(String) : []) as JsonObject;
  const as = (name: string): string => textAt(before, [name]) || textAt(rule, [name]);
  const code = freeCode(rules, textAt(before, ['code']) || 'NEW-00');
  editor.change(['rules'], inserted(rules, index, { ...rule, code, phase: as('phase'), per: as('per'), evidence: [{ kind: 'confirm' }] }));
  return index;
}

function rulesOf(editor: DraftEditor): readonly Json[] {
  const rules = at(editor.document.value, ['rules']);
  return isList(rules) ? rules : [];
}

function partOf([first, second]: Place): Chosen {
  if (first === 'rules' && typeof second === 'number') return second;
  return first === 'photo_roles' || first === 'failure_reasons' ? first : 'about';
}

/** Scroll to the field of a place, or to the nearest part around it. */
function showPlace(form: HTMLElement | null, pointer: string): void {
  for (let near = pointer; near !== '' && form; near = near.slice(0, near.lastIndexOf('/'))) {
    const found = form.querySelector<HTMLElement>(`[data-at="${CSS.escape(near)}"]`);
    if (!found) continue;
    found.scrollIntoView({ block: 'center' });
    found.querySelector<HTMLElement>('input, textarea, select, button')?.focus({ preventScroll: true });
    return;
  }
}
