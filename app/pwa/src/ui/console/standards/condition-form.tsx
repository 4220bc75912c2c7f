/** When a rule applies: one condition, or several together, told by what each is about. */
import { at, isList, isObject, pointerOf, type Json, type JsonObject, type Place } from '../../../domain/places';
import { valueAsked, type Asked, type Rule, type ValueAsked } from '../../../domain/standard';
import type { DraftEditor } from '../../../state/console/draft-editor';
import { pick } from '../../i18n/catalogue';
import { Button, RoundButton } from '../../parts/button';
import { Field } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { serviceWord } from '../words-trade';
import { edit, memberWord } from './editor-words';
import { Select } from './member-form';
import { faultWords } from './reason-words';

const SORTS = ['service', 'category', 'answer', 'all', 'any', 'not'] as const;
type Sort = (typeof SORTS)[number];

/** A condition as it stands, and what is told of each change. Its place says which rules stand before it, and what is wrong in it. */
interface Props {
  readonly editor: DraftEditor;
  readonly place: Place;
  readonly value: Json | undefined;
  readonly onChange: (value: JsonObject) => void;
}

export function ConditionForm({ editor, place, value, onChange }: Props) {
  const condition = single(isObject(value) ? value : {});
  const sort = sortOf(condition);
  const inner = { editor, onChange, condition, place };
  const fault = editor.fault.value;
  const isMine = fault !== null && fault.pointer.startsWith(`${pointerOf(place)}/`) && !/^\/(?:(?:all|any)\/\d|not\/)/.test(fault.pointer.slice(pointerOf(place).length));
  return (
    <div class="condition" data-at={pointerOf(place)}>
      <Select
        label=""
        value={sort ?? ''}
        words={SORTS.map((one) => [one, edit(`condition_${one}`)] as const)}
        optional={false}
        place={place}
        testid="condition-sort"
        onChoose={(one) => onChange(beginning(one as Sort, condition))}
      />
      {sort === 'service' && <Named {...inner} name="service" known={Object.keys(serviceWord.texts.en)} />}
      {sort === 'category' && <Named {...inner} name="category" known={categoriesOf(editor)} />}
      {sort === 'answer' && <AnswerPart {...inner} />}
      {(sort === 'all' || sort === 'any') && <Parts editor={editor} place={[...place, sort]} parts={condition[sort]} onChange={(parts) => onChange({ [sort]: parts })} />}
      {sort === 'not' && <ConditionForm editor={editor} place={[...place, 'not']} value={condition['not']} onChange={(not) => onChange({ not })} />}
      {isMine && <p class="problem" role="alert"><Icon name="octagon-x" /> {faultWords(fault)}</p>}
    </div>
  );
}

function Parts({ editor, place, parts, onChange }: Pick<Props, 'editor' | 'place'> & { readonly parts: Json | undefined; readonly onChange: (parts: readonly Json[]) => void }) {
  const list = isList(parts) ? parts : [];
  return (
    <>
      {list.map((part, index) => (
        <div class="part-line" key={index}>
          <div class="grow">
            <ConditionForm editor={editor} place={[...place, index]} value={part} onChange={(to) => onChange(list.map((other, each) => (each === index ? to : other)))} />
          </div>
          <RoundButton icon="trash-2" label={edit('remove')} onTap={() => onChange(list.filter((_, each) => each !== index))} />
        </div>
      ))}
      <div><Button testid="add-condition" onTap={() => onChange([...list, { service: 'install' }])}>{edit('add')}</Button></div>
    </>
  );
}

interface Inner extends Omit<Props, 'value'> {
  readonly condition: JsonObject;
}

function Named({ place, condition, name, known, onChange }: Inner & { readonly name: 'service' | 'category'; readonly known: readonly string[] }) {
  const words = known.map((one) => [one, name === 'service' && serviceWord.has(one) ? serviceWord(one) : one] as const);
  return <Select label={memberWord(name)} value={textOf(condition, name)} words={words} optional={false} place={[...place, name]} onChoose={(to) => onChange({ [name]: to })} />;
}

/** Which rule, and what its answer should be: as its kind of answer allows. */
function AnswerPart(inner: Inner) {
  const { editor, place, condition, onChange } = inner;
  const before = rulesBefore(editor, place);
  const code = textOf(condition, 'answer');
  const rule = before.find((one) => one.code === code);
  const asked = rule ? valueAsked(rule.evidence) : null;
  const words = before.map((one) => [one.code, `${one.code} ${pick(one.title)}`] as const);
  return (
    <>
      <Select label={memberWord('answer')} value={code} words={words} optional={false} place={[...place, 'answer']} testid="condition-rule" onChoose={(to) => onChange({ answer: to, ...firstOf(before.find((one) => one.code === to)) })} />
      {asked && <Wanted {...inner} asked={asked} />}
    </>
  );
}

function Wanted({ place, asked, condition, onChange }: Inner & { readonly asked: ValueAsked }) {
  const put = (name: string, to: Json): void => onChange({ ...condition, [name]: to });
  switch (asked.kind) {
    case 'confirm':
      return <Select label={memberWord('is')} value={String(condition['is'])} words={[['true', edit('yes')], ['false', edit('no')]]} optional={false} place={[...place, 'is']} onChoose={(to) => put('is', to === 'true')} />;
    case 'choice':
    case 'multi': {
      const name = asked.kind === 'choice' ? 'is' : 'includes';
      const words = asked.options.map((option) => [option.value, pick(option.title)] as const);
      return <Select label={memberWord(name)} value={textOf(condition, name)} words={words} optional={false} place={[...place, name]} testid="condition-value" onChoose={(to) => put(name, to)} />;
    }
    case 'reading':
      return (
        <div class="row">
          {(['at_least', 'below'] as const).map((name) => (
            <Field key={name} label={`${memberWord(name)} (${asked.unit})`} value={textOf(condition, name)} mode="decimal" most={17} onWrite={(to) => onChange(withLimit(condition, name, to, asked.unit))} />
          ))}
        </div>
      );
    default:
      return <Field label={memberWord('is')} value={textOf(condition, 'is')} most={200} onWrite={(to) => put('is', to)} />;
  }
}

function textOf(condition: JsonObject, name: string): string {
  const value = condition[name];
  return typeof value === 'string' ? value : '';
}

function withLimit(condition: JsonObject, name: string, to: string, unit: string): JsonObject {
  const rest = Object.fromEntries(Object.entries(condition).filter(([each]) => each !== name && each !== 'unit'));
  return { ...rest, ...(to !== '' && { [name]: to }), unit };
}

/** What an answer should be, at first. */
function firstOf(rule: Rule | undefined): JsonObject {
  const asked = rule ? valueAsked(rule.evidence) : null;
  switch (asked?.kind) {
    case 'confirm':
      return { is: true };
    case 'choice':
      return { is: asked.options[0]?.value ?? '' };
    case 'multi':
      return { includes: asked.options[0]?.value ?? '' };
    case 'reading':
      return { at_least: asked.min ?? '0', unit: asked.unit };
    default:
      return { is: '' };
  }
}

/** The rules before the one that a place is in, which alone a condition may speak of, and which ask for an answer. */
function rulesBefore(editor: DraftEditor, place: Place): readonly Rule[] {
  const rules = at(editor.document.value, ['rules']);
  const before = isList(rules) && place[0] === 'rules' ? rules.slice(0, Number(place[1])) : [];
  return (before as unknown as readonly Rule[]).filter((rule) => Array.isArray(rule.evidence) && valueAsked(rule.evidence as readonly Asked[]) !== null);
}

function categoriesOf(editor: DraftEditor): readonly string[] {
  const own = at(editor.document.value, ['categories']);
  return [...new Set([...(isList(own) ? own.map(String) : []), ...KNOWN_CATEGORIES])];
}

const KNOWN_CATEGORIES = ['refrigerator', 'washing_machine', 'air_conditioner', 'water_heater', 'dishwasher', 'range_hood', 'gas_hob', 'television'];

/** A condition of several members as the same of several parts, so that each has its row. */
function single(condition: JsonObject): JsonObject {
  const { service, category, answer, all, any, not, ...limits } = Object.fromEntries(Object.entries(condition).filter(([, value]) => value !== null)) as Record<string, Json>;
  const parts: JsonObject[] = [];
  if (service !== undefined) parts.push({ service });
  if (category !== undefined) parts.push({ category });
  if (answer !== undefined) parts.push({ answer, ...limits });
  if (any !== undefined) parts.push({ any });
  if (not !== undefined) parts.push({ not });
  if (all !== undefined && parts.length === 0) return { all };
  if (all !== undefined) parts.push(...(isList(all) ? (all as readonly JsonObject[]) : []));
  return parts.length > 1 ? { all: parts } : (parts[0] ?? {});
}

function sortOf(condition: JsonObject): Sort | null {
  return SORTS.find((sort) => condition[sort] !== undefined) ?? null;
}

/** Another sort of condition: what was there is kept inside where it can be. */
function beginning(sort: Sort, before: JsonObject): JsonObject {
  const wasGroup = isList(before['all']) ? before['all'] : isList(before['any']) ? before['any'] : null;
  const kept = Object.keys(before).length > 0 ? before : { service: 'install' };
  switch (sort) {
    case 'all':
    case 'any':
      return { [sort]: wasGroup ?? [kept] };
    case 'not':
      return { not: kept };
    case 'service':
      return { service: 'install' };
    case 'category':
      return { category: '' };
    case 'answer':
      return { answer: '' };
  }
}
