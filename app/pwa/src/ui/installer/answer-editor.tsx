/** One answer being given: confirm, choice, ticks, reading, text or date. What is written is kept as a draft until it is saved. */
import { isDay as isDayAsked, isDecimal, withinLimits, type Step } from '../../domain/checklist';
import type { Answer } from '../../domain/job';
import type { AnswerValue } from '../../domain/kinds';
import { valueAsked, type MultiAsked, type ValueAsked } from '../../domain/standard';
import { pick } from '../i18n/catalogue';
import { calendarDay } from '../i18n/format';
import { Day, Field } from '../parts/field';
import { Notice } from '../parts/notice';
import { Ticks, Tiles } from '../parts/tiles';
import { normalReading, ReadingInput } from './reading';
import { sayStep } from './words-step';

export interface AnswerDraft {
  readonly value: string;
  readonly note: string;
}

/** The draft as an answer's value, or null when it is none yet. */
export function valueOf(asked: ValueAsked, { value }: AnswerDraft): AnswerValue | null {
  switch (asked.kind) {
    case 'confirm':
      return true;
    case 'choice':
      return asked.options.some((option) => option.value === value) ? value : null;
    case 'reading': {
      const reading = normalReading(value);
      return isDecimal(reading) ? reading : null;
    }
    case 'multi': {
      const chosen = chosenOf(asked, value);
      return chosen.length >= (asked.min ?? 0) ? chosen : null;
    }
    case 'text':
      return value.trim() || null;
    case 'date':
      return isDayAsked(asked, value, new Date().toISOString()) ? value : null;
  }
}

/** What is ticked, in the options' order; the draft keeps one a line. */
function chosenOf({ options }: MultiAsked, value: string): string[] {
  const ticked = new Set(value.split('\n'));
  return options.map((option) => option.value).filter((one) => ticked.has(one));
}

function lackText(asked: ValueAsked, value: string): string {
  switch (asked.kind) {
    case 'choice':
      return sayStep('choose_one');
    case 'multi':
      return sayStep('choose_least', { n: asked.min ?? 0 });
    case 'reading':
      return sayStep('not_a_number');
    case 'date':
      return sayStep(isDayAsked({ kind: 'date' }, value, '') ? 'day_not_yet' : 'day_needed');
    default:
      return sayStep('exception_note_needed');
  }
}

/** Why a draft cannot be saved, as a sentence; null when it can. */
export function problemOf(asked: ValueAsked, draft: AnswerDraft): string | null {
  const value = valueOf(asked, draft);
  if (value === null) return lackText(asked, draft.value);
  return isOutside(asked, draft) && draft.note.trim() === '' ? sayStep('exception_note_needed') : null;
}

export function isOutside(asked: ValueAsked, draft: AnswerDraft): boolean {
  const value = valueOf(asked, draft);
  return asked.kind === 'reading' && typeof value === 'string' && !withinLimits(asked, value);
}

export function AnswerEditor({ asked, draft, problem, onWrite }: {
  readonly asked: ValueAsked;
  readonly draft: AnswerDraft;
  readonly problem: string | null;
  readonly onWrite: (draft: AnswerDraft) => void;
}) {
  const write = (value: string): void => onWrite({ ...draft, value });
  switch (asked.kind) {
    case 'confirm':
      return null;
    case 'choice':
      return (
        <>
          <Tiles
            legend={sayStep('choose_one')}
            options={asked.options.map((option) => ({ value: option.value, title: pick(option.title) }))}
            chosen={draft.value || null}
            testid="choice"
            onChoose={write}
          />
          {problem && <Notice tone="stop" alert title={problem} />}
        </>
      );
    case 'multi': {
      const chosen = chosenOf(asked, draft.value);
      return (
        <>
          <Ticks
            legend={sayStep('choose_all')}
            options={asked.options.map((option) => ({ value: option.value, title: pick(option.title) }))}
            chosen={chosen}
            testid="multi"
            onTick={(value, on) => write((on ? [...chosen, value] : chosen.filter((one) => one !== value)).join('\n'))}
          />
          {problem && <Notice tone="stop" alert title={problem} />}
        </>
      );
    }
    case 'date':
      return <Day label={sayStep('day_label')} value={draft.value} past={asked.past === true} problem={problem} onWrite={write} />;
    case 'text':
      return <Field label={sayStep('text_label')} value={draft.value} lines={4} most={1000} problem={problem} testid="text-answer" onWrite={write} />;
    case 'reading': {
      const outside = isOutside(asked, draft);
      return (
        <>
          <ReadingInput asked={asked} typed={draft.value} problem={outside ? null : problem} onWrite={write} />
          {outside && (
            <>
              <Notice tone="warn" title={sayStep('outside')}>
                <p>{sayStep('outside_text')}</p>
              </Notice>
              <Field label={sayStep('outside_note')} value={draft.note} lines={3} most={800} problem={problem} testid="outside-note" onWrite={(note) => onWrite({ ...draft, note })} />
            </>
          )}
        </>
      );
    }
  }
}

/** An answer in words: the option's title, the reading with its unit, "Done". */
export function answerText(step: Step, answer: Pick<Answer, 'value' | 'unit' | 'exception'>): string {
  if (answer.exception) {
    const reason = step.rule.exception?.reasons.find((known) => known.reason === answer.exception?.reason);
    const words = pick(reason?.title) || answer.exception.reason;
    return [sayStep('exception_given', { reason: words }), answer.exception.note].filter(Boolean).join(' — ');
  }
  const asked = valueAsked(step.rule.evidence);
  const { value } = answer;
  if (value === true) return sayStep('yes');
  if (asked?.kind === 'choice' || asked?.kind === 'multi') {
    const titles = [value].flat().map((one) => pick(asked.options.find((option) => option.value === one)?.title) || String(one ?? ''));
    return titles.join(', ') || sayStep('none_of_them');
  }
  if (asked?.kind === 'date') return calendarDay(String(value ?? ''));
  return [Array.isArray(value) ? value.join(', ') : String(value ?? ''), answer.unit].filter(Boolean).join(' ');
}
