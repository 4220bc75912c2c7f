import { describe, expect, it } from 'vitest';
import type { Json } from '../../../domain/places';
import { blank, blankChoice, kindOf, membersOf, REASONS } from './form';
import { reasonWord } from './reason-words';
import { evidenceWord, memberWord } from './editor-words';
import raw from './form.json';

const BOTH = ['en', 'zh-Hans'];

describe('the form', () => {
  it('reads kinds with their limits', () => {
    expect(kindOf('text:80?')).toEqual({ is: 'scalar', of: 'text', limits: ['80'], optional: true });
    expect(kindOf('list<option>:2:30')).toEqual({ is: 'list', of: 'option', limits: ['2', '30'], optional: false });
    expect(kindOf('map<photo_role>:60').is).toBe('map');
    expect(kindOf('list<enum:en|zh-Hans>:1:2')).toEqual({ is: 'list', of: 'enum:en|zh-Hans', limits: ['1', '2'], optional: false });
    expect(kindOf('enum:must|should').limits).toEqual(['must', 'should']);
    expect(kindOf('evidence').is).toBe('choice');
  });

  it('begins with all that must be there', () => {
    expect(blank(kindOf('source'), BOTH)).toEqual({ title: '', status: 'reference-only' });
    const choice = blankChoice(kindOf('evidence'), 'choice', BOTH);
    expect(choice).toEqual({ kind: 'choice', options: [1, 2].map(() => ({ value: '', title: { en: '', 'zh-Hans': '' } })) });
    expect(membersOf(kindOf('evidence'), choice).map(([name]) => name)).toEqual(['options']);
    const rule = blank(kindOf('rule'), ['en']) as { title: Json; evidence: Json };
    expect([rule.title, rule.evidence]).toEqual([{ en: '' }, []]);
  });

  it('has words for every member, enumerated word and reason', () => {
    const members = [...Object.values(raw.shapes), ...Object.values(raw.choices.evidence)].flatMap((shape) => Object.keys(shape));
    expect([...new Set(members)].filter((name) => name !== 'format' && !memberWord.has(name))).toEqual([]);
    expect(Object.keys(raw.choices.evidence).filter((kind) => !evidenceWord.has(kind))).toEqual([]);
    expect(REASONS.filter((reason) => !reasonWord.has(reason))).toEqual([]);
  });
});
