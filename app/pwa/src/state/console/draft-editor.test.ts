import { beforeEach, describe, expect, it } from 'vitest';
import { ApiProblem, NoAnswer } from './api';
import { DraftEditor, type Surroundings } from './draft-editor';
import type { Draft, DraftText } from './standards';

const DRAFT: DraftText = {
  draft_id: 'd',
  rev: 1,
  base_digest: null,
  standard_id: 's',
  version: '1',
  title: {},
  changed_at: '',
  changed_by: '',
  problem: null,
  document: '{"title":{"en":"A"}}',
};

/** An office that answers by hand, and time that passes by hand. */
class Office {
  text = DRAFT.document;
  rev = 1;
  answers = true;
  now_ms = 0;
  readonly held = new Map<string, string>();
  #waiting: { at_ms: number; act: () => void }[] = [];

  around(): Surroundings {
    return {
      save: async (_, rev, document) => this.#save(rev, document),
      read: async () => ({ ...DRAFT, rev: this.rev, document: this.text, changed_by: 'Other' }),
      kept: {
        getItem: (name) => this.held.get(name) ?? null,
        setItem: (name, text) => void this.held.set(name, text),
        removeItem: (name) => void this.held.delete(name),
      },
      now_ms: () => this.now_ms,
      later: (act, ms) => {
        const entry = { at_ms: this.now_ms + ms, act };
        this.#waiting.push(entry);
        return () => (this.#waiting = this.#waiting.filter((other) => other !== entry));
      },
    };
  }

  #save(rev: number, document: string): Draft {
    if (!this.answers) throw new NoAnswer();
    if (rev !== this.rev) throw new ApiProblem('draft-changed', 409, { rev: this.rev });
    this.rev += 1;
    this.text = document;
    return { ...DRAFT, rev: this.rev };
  }

  async pass(ms: number): Promise<void> {
    this.now_ms += ms;
    for (const due of this.#waiting.filter((entry) => entry.at_ms <= this.now_ms)) {
      this.#waiting = this.#waiting.filter((entry) => entry !== due);
      due.act();
    }
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

let office = new Office();
const title = (editor: DraftEditor): unknown => (editor.document.value as { title: { en: string } }).title.en;

beforeEach(() => {
  office = new Office();
});

describe('a draft', () => {
  it('is saved by itself, once for what is typed in one go', async () => {
    const editor = new DraftEditor(DRAFT, office.around());
    for (const text of ['AB', 'ABC']) editor.change(['title', 'en'], text);
    expect(editor.state.value).toBe('unsaved');
    await office.pass(1_000);
    expect([editor.state.value, office.rev, JSON.parse(office.text)]).toEqual(['saved', 2, { title: { en: 'ABC' } }]);
    expect(office.held.size).toBe(0);
  });

  it('takes back a word at a time, and puts it back', async () => {
    const editor = new DraftEditor(DRAFT, office.around());
    for (const text of ['AB', 'ABC']) editor.change(['title', 'en'], text);
    await office.pass(2_000);
    editor.change(['title', 'en'], 'ABCD');
    editor.undo();
    expect(title(editor)).toBe('ABC');
    editor.undo();
    expect(title(editor)).toBe('A');
    expect(editor.canUndo.value).toBe(false);
    editor.redo();
    editor.redo();
    expect([title(editor), editor.canRedo.value]).toEqual(['ABCD', false]);
    await office.pass(1_000);
    expect(JSON.parse(office.text)).toEqual({ title: { en: 'ABCD' } });
  });

  it('is tried again when the office does not answer, and is in the browser meanwhile', async () => {
    const editor = new DraftEditor(DRAFT, office.around());
    office.answers = false;
    editor.change(['title', 'en'], 'typed offline');
    await office.pass(1_000);
    expect(editor.state.value).toBe('failed');
    await expect(editor.flush()).rejects.toThrow('failed');
    editor.close();
    await office.pass(0);
    const reopened = new DraftEditor(DRAFT, office.around());
    expect([title(reopened), reopened.state.value]).toEqual(['typed offline', 'unsaved']);
    office.answers = true;
    await office.pass(6_000);
    expect(reopened.state.value).toBe('saved');
    expect(JSON.parse(office.text)).toEqual({ title: { en: 'typed offline' } });
  });

  it.each([true, false])('asks whose text stands when two wrote (mine: %s)', async (mine) => {
    const editor = new DraftEditor(DRAFT, office.around());
    office.text = '{"title":{"en":"theirs"}}';
    office.rev = 5;
    editor.change(['title', 'en'], 'mine');
    await office.pass(1_000);
    expect([editor.state.value, editor.theirs.value?.changed_by]).toEqual(['clash', 'Other']);
    editor.change(['title', 'en'], 'mine, and more');
    await office.pass(10_000);
    expect(JSON.parse(office.text)).toEqual({ title: { en: 'theirs' } });
    editor.settle(mine);
    await office.pass(1_000);
    expect([editor.state.value, title(editor)]).toEqual(['saved', mine ? 'mine, and more' : 'theirs']);
    expect(JSON.parse(office.text)).toEqual({ title: { en: mine ? 'mine, and more' : 'theirs' } });
    if (!mine) {
      editor.undo();
      expect(title(editor)).toBe('mine, and more');
    }
  });

  it('saves what was typed while it was being saved', async () => {
    const editor = new DraftEditor(DRAFT, office.around());
    editor.change(['title', 'en'], 'one');
    const flushed = editor.flush().catch(() => undefined);
    editor.change(['title', 'en'], 'two');
    await flushed;
    await office.pass(1_000);
    expect([editor.state.value, JSON.parse(office.text)]).toEqual(['saved', { title: { en: 'two' } }]);
  });

  it('forgets what was typed when it is published', async () => {
    const editor = new DraftEditor(DRAFT, office.around());
    editor.change(['title', 'en'], 'x');
    editor.forget();
    await office.pass(10_000);
    expect([office.held.size, office.rev]).toEqual([0, 1]);
  });
});
