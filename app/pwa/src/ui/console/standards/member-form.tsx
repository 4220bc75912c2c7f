/** The form of any part of a standard, made of the form's data: a field for each scalar, a card for each entry of a list. */
import { useId } from 'preact/hooks';
import { at, inserted, isList, isObject, moved, pointerOf, renamed, type Json, type Place } from '../../../domain/places';
import type { DraftEditor } from '../../../state/console/draft-editor';
import { language, LANGUAGES } from '../../i18n/catalogue';
import { Button, RoundButton } from '../../parts/button';
import { Field } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { phaseWord } from '../words-trade';
import { ConditionForm } from './condition-form';
import { edit, enumWord, evidenceWord, memberWord } from './editor-words';
import { blank, blankChoice, choicesOf, kindOf, membersOf, type Kind } from './form';
import { faultWords } from './reason-words';
import { say } from './words';

export interface PartProps {
  readonly editor: DraftEditor;
  readonly place: Place;
  readonly kind: Kind;
}

/** All members of a shape but those that are shown elsewhere. */
export function ShapeForm({ editor, place, kind, without = [] }: PartProps & { readonly without?: readonly string[] }) {
  const value = at(editor.document.value, place);
  return (
    <>
      {membersOf(kind, value)
        .filter(([name]) => !without.includes(name))
        .map(([name, member]) => <Member key={name} editor={editor} place={[...place, name]} kind={member} />)}
    </>
  );
}

/** One member with its name. An optional part that is not there is one button. */
function Member({ editor, place, kind }: PartProps) {
  const name = String(place.at(-1));
  const value = at(editor.document.value, place);
  const label = labelOf(name);
  const isAbsent = value === undefined || value === null;
  if (kind.optional && isAbsent && (kind.is !== 'scalar' || kind.of === 'words')) {
    return (
      <div class="part-absent" data-at={pointerOf(place)}>
        <Button kind="link" icon="plus" testid={`fill-${name}`} onTap={() => editor.change(place, blankOf(kind, editor))}>{edit('fill', { what: label })}</Button>
      </div>
    );
  }
  if (kind.is === 'scalar' && kind.of !== 'words') return <Scalar editor={editor} place={place} kind={kind} label={label} />;
  return (
    <fieldset class="part" data-at={pointerOf(place)}>
      <legend>
        {label}
        {kind.optional && <RoundButton icon="trash-2" label={edit('clear', { what: label })} testid={`clear-${name}`} onTap={() => editor.change(place, undefined)} />}
      </legend>
      <Problem editor={editor} place={place} />
      <Part editor={editor} place={place} kind={kind} />
    </fieldset>
  );
}

export function Part({ editor, place, kind }: PartProps) {
  if (kind.is === 'list') return <List editor={editor} place={place} kind={kind} />;
  if (kind.is === 'map') return <NamedParts editor={editor} place={place} kind={kind} />;
  if (kind.is === 'choice') return <Choice editor={editor} place={place} kind={kind} />;
  if (kind.of === 'condition') return <ConditionForm editor={editor} place={place} value={at(editor.document.value, place)} onChange={(to) => editor.change(place, to)} />;
  if (kind.is === 'shape') return <ShapeForm editor={editor} place={place} kind={kind} />;
  return kind.of === 'words' ? <Words editor={editor} place={place} kind={kind} /> : <Scalar editor={editor} place={place} kind={kind} label="" />;
}

/** A text in each language, one below the other. */
function Words({ editor, place, kind }: PartProps) {
  const most = Number(kind.limits[0]);
  return (
    <>
      {languagesOf(editor).map((tongue) => (
        <div key={tongue} data-at={pointerOf([...place, tongue])} lang={tongue}>
          <Field
            label={tongueWord(tongue)}
            value={textAt(editor, [...place, tongue])}
            most={most}
            lines={most > 250 ? 3 : 1}
            problem={problemAt(editor, [...place, tongue])}
            testid={`${String(place.at(-1))}-${tongue}`}
            onWrite={(text) => editor.change([...place, tongue], text)}
          />
        </div>
      ))}
    </>
  );
}

function Scalar({ editor, place, kind, label }: PartProps & { readonly label: string }) {
  const name = String(place.at(-1));
  const write = (text: string): void => editor.change(place, text === '' && kind.optional ? undefined : text);
  const problem = problemAt(editor, place);
  if (kind.of === 'enum' || name === 'role') {
    const words = name === 'role' ? rolesOf(editor) : kind.limits.map((word) => [word, wordOf(name, word)] as const);
    return <Select label={label} value={textAt(editor, place)} words={words} optional={kind.optional} problem={problem} place={place} onChoose={write} />;
  }
  if (kind.of === 'bool') return <Check label={label} value={at(editor.document.value, place) === true} place={place} onTick={(on) => editor.change(place, on)} />;
  const number = kind.of === 'int';
  return (
    <div data-at={pointerOf(place)}>
      <Field
        label={label}
        value={textAt(editor, place)}
        most={kind.of === 'id' ? 64 : Number(kind.limits[0] ?? 20)}
        mode={number ? 'numeric' : kind.of === 'decimal' ? 'decimal' : 'text'}
        problem={problem}
        testid={`field-${name}`}
        onWrite={(text) => (number && /^\d{1,9}$/.test(text) ? editor.change(place, Number(text)) : write(text))}
      />
    </div>
  );
}

export function Select({ label, value, words, optional, problem = null, place, testid, onChoose }: {
  readonly label: string;
  readonly value: string;
  readonly words: readonly (readonly [value: string, word: string])[];
  readonly optional: boolean;
  readonly problem?: string | null;
  readonly place: Place;
  readonly testid?: string;
  readonly onChoose: (value: string) => void;
}) {
  const id = useId();
  const isKnown = words.some(([known]) => known === value);
  return (
    <div class="field" data-at={pointerOf(place)}>
      <label for={id} class={label === '' ? 'unseen' : ''}>{label || say('when')}</label>
      <select id={id} class="input" value={value} aria-invalid={problem !== null} data-testid={testid ?? `field-${String(place.at(-1))}`} onChange={(event) => onChoose(event.currentTarget.value)}>
        {(optional || value === '') && <option value="">{edit('none')}</option>}
        {!isKnown && value !== '' && <option value={value}>{value}</option>}
        {words.map(([known, word]) => <option key={known} value={known}>{word}</option>)}
      </select>
      {problem && <p class="problem" role="alert"><Icon name="octagon-x" /> {problem}</p>}
    </div>
  );
}

function Check({ label, value, place, onTick }: { readonly label: string; readonly value: boolean; readonly place: Place; readonly onTick: (on: boolean) => void }) {
  return (
    <label class="check" data-at={pointerOf(place)}>
      <input type="checkbox" checked={value} onChange={(event) => onTick(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

function List({ editor, place, kind }: PartProps) {
  const inner = kindOf(kind.of);
  const value = at(editor.document.value, place);
  const entries = isList(value) ? value : [];
  const most = Number(kind.limits[1]);
  if (inner.of === 'enum') return <Several editor={editor} place={place} words={inner.limits} />;
  return (
    <>
      {entries.map((_, index) => (
        <div class={inner.is === 'scalar' ? 'part-line' : 'part-entry card'} key={index} data-at={pointerOf([...place, index])}>
          <div class="grow stack tight">
            {inner.is !== 'scalar' && <Problem editor={editor} place={[...place, index]} />}
            <Part editor={editor} place={[...place, index]} kind={inner} />
          </div>
          <EntryTools index={index} count={entries.length} onMove={(to) => editor.change(place, moved(entries, index, to))} onRemove={() => editor.change([...place, index], undefined)} />
        </div>
      ))}
      {entries.length < most && (
        <div><Button icon="plus" testid={`add-${String(place.at(-1))}`} onTap={() => editor.change(place, inserted(entries, entries.length, blankOf(inner, editor)))}>{edit('add')}</Button></div>
      )}
    </>
  );
}

/** Some of a few words, in the form's order. */
function Several({ editor, place, words }: { readonly editor: DraftEditor; readonly place: Place; readonly words: readonly string[] }) {
  const value = at(editor.document.value, place);
  const chosen = isList(value) ? value : [];
  return (
    <div class="row">
      {words.map((word) => (
        <Check key={word} label={wordOf(String(place.at(-1)), word)} value={chosen.includes(word)} place={[...place, word]} onTick={(on) => editor.change(place, words.filter((one) => (one === word ? on : chosen.includes(one))))} />
      ))}
    </div>
  );
}

function EntryTools({ index, count, onMove, onRemove }: { readonly index: number; readonly count: number; readonly onMove: (to: number) => void; readonly onRemove: () => void }) {
  return (
    <div class="part-tools">
      {index > 0 && <RoundButton icon="arrow-up" label={edit('up')} onTap={() => onMove(index - 1)} />}
      {index < count - 1 && <span class="turned"><RoundButton icon="arrow-up" label={edit('down')} onTap={() => onMove(index + 1)} /></span>}
      <RoundButton icon="trash-2" label={edit('remove')} testid="remove-entry" onTap={onRemove} />
    </div>
  );
}

/** Parts by their names, as the photos are. */
function NamedParts({ editor, place, kind }: PartProps) {
  const inner = kindOf(kind.of);
  const value = at(editor.document.value, place);
  const parts = isObject(value) ? value : {};
  const names = Object.keys(parts);
  return (
    <>
      {names.map((name, index) => (
        // By its index: a card keeps its focus while its name is typed.
        <div class="part-entry card" key={index} data-at={pointerOf([...place, name])}>
          <div class="grow stack tight">
            <Field label={memberWord('code')} value={name} most={64} problem={problemAt(editor, [...place, name])} testid="part-name" onWrite={(to) => to !== '' && !names.includes(to) && editor.change(place, renamed(parts, name, to))} />
            <Part editor={editor} place={[...place, name]} kind={inner} />
          </div>
          <div class="part-tools"><RoundButton icon="trash-2" label={edit('remove')} onTap={() => editor.change([...place, name], undefined)} /></div>
        </div>
      ))}
      <div><Button icon="plus" testid={`add-${String(place.at(-1))}`} onTap={() => editor.change(place, { ...parts, [freeName(names)]: blankOf(inner, editor) })}>{edit('add')}</Button></div>
    </>
  );
}

function freeName(names: readonly string[]): string {
  let number = names.length + 1;
  while (names.includes(`photo_${number}`)) number += 1;
  return `photo_${number}`;
}

/** Evidence: its kind, then what that kind takes. */
function Choice({ editor, place, kind }: PartProps) {
  const chosen = textAt(editor, [...place, 'kind']);
  const words = choicesOf(kind).map((one) => [one, evidenceWord.has(one) ? evidenceWord(one) : one] as const);
  const choose = (to: string): void => {
    const before = at(editor.document.value, place);
    const now = blankChoice(kind, to, languagesOf(editor));
    const kept = Object.fromEntries(Object.keys(now).map((name) => [name, name === 'kind' ? to : (isObject(before) ? before[name] : undefined) ?? now[name] ?? null]));
    editor.change(place, kept);
  };
  return (
    <>
      <Select label={memberWord('kind')} value={chosen} words={words} optional={false} problem={problemAt(editor, [...place, 'kind'])} place={[...place, 'kind']} onChoose={choose} />
      <ShapeForm editor={editor} place={place} kind={kind} />
    </>
  );
}

/** What is wrong with a part as a whole. */
function Problem({ editor, place }: { readonly editor: DraftEditor; readonly place: Place }) {
  const problem = problemAt(editor, place);
  return problem === null ? null : <p class="problem" role="alert"><Icon name="octagon-x" /> {problem}</p>;
}

function problemAt(editor: DraftEditor, place: Place): string | null {
  const fault = editor.fault.value;
  return fault?.pointer === pointerOf(place) ? faultWords(fault) : null;
}

function textAt(editor: DraftEditor, place: Place): string {
  const value = at(editor.document.value, place);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function languagesOf(editor: DraftEditor): readonly string[] {
  const value = at(editor.document.value, ['languages']);
  const named = isList(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  return named.length > 0 ? named : LANGUAGES;
}

function blankOf(kind: Kind, editor: DraftEditor): Json {
  return blank({ ...kind, optional: false }, languagesOf(editor));
}

function rolesOf(editor: DraftEditor): readonly (readonly [string, string])[] {
  const roles = at(editor.document.value, ['photo_roles']);
  return Object.entries(isObject(roles) ? roles : {}).map(([name, spec]) => [name, titleOf(spec) || name] as const);
}

function titleOf(value: Json): string {
  const title = at(value, ['title']);
  const texts = isObject(title) ? Object.values(title) : [];
  return texts.find((text): text is string => typeof text === 'string') ?? '';
}

function labelOf(name: string): string {
  return memberWord.has(name) ? memberWord(name) : name;
}

function tongueWord(tongue: string): string {
  const name = `languages_${tongue}`;
  return enumWord.has(name) ? enumWord(name) : tongue;
}

/** A word of an enumeration for people. */
function wordOf(member: string, word: string): string {
  const own = `${member}_${word}`;
  if (enumWord.has(own)) return enumWord(own);
  if (say.has(own)) return say.in(language.value, own as 'severity_must');
  return member === 'phase' && phaseWord.has(word) ? phaseWord(word) : word;
}
