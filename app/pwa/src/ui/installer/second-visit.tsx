/** Whether somebody has to come again, with what, and when it suits: what the office plans the next visit by. */
import { entry, newId, type Entry } from '../../state/record';
import { Field } from '../parts/field';
import { Tiles } from '../parts/tiles';
import { sayEnd } from './words-end';

export type Again = {
  readonly needed: '' | 'yes' | 'no';
  readonly bring: string;
  readonly when: string;
};

export const NOT_ASKED: Again = { needed: '', bring: '', when: '' };

export function SecondVisit({ again, onChange }: { readonly again: Again; readonly onChange: (again: Again) => void }) {
  return (
    <section class="stack tight" data-testid="second-visit">
      <Tiles
        legend={sayEnd('again')}
        options={(['yes', 'no'] as const).map((value) => ({ value, title: sayEnd(`again_${value}`), icon: value === 'yes' ? 'rotate-ccw' : 'x' }))}
        chosen={again.needed || null}
        testid="again"
        onChoose={(needed) => onChange({ ...again, needed: needed === 'yes' ? 'yes' : 'no' })}
      />
      {again.needed === 'yes' && (
        <>
          <Field label={sayEnd('again_bring')} value={again.bring} most={600} testid="again-bring" onWrite={(bring) => onChange({ ...again, bring })} />
          <Field label={sayEnd('again_when')} value={again.when} most={300} testid="again-when" onWrite={(when) => onChange({ ...again, when })} />
        </>
      )}
    </section>
  );
}

/** The fact that tells the office, if a second visit was said to be needed. */
export function againFacts({ needed, bring, when }: Again): Entry[] {
  if (needed !== 'yes') return [];
  const words = [bring.trim() && sayEnd('again_bring_note', { what: bring.trim() }), when.trim() && sayEnd('again_when_note', { when: when.trim() })];
  return [entry('issue.raised', { issue_id: newId(), code: 'second_visit', unit_id: null, note: words.filter(Boolean).join(' ') || null })];
}
