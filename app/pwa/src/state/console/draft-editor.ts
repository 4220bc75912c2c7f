/**
 * A draft of a standard while somebody writes it: changed by places, undone and redone, saved by itself.
 *
 * What is not saved yet is also kept in this browser, so that a closed tab or a dead line loses nothing.
 */
import { signal } from '@preact/signals';
import { at, isObject, pointerOf, put, type Json, type JsonObject, type Place } from '../../domain/places';
import { ApiProblem } from './api';
import { draftOf, saveDraft, type DraftText, type Fault } from './standards';

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed' | 'clash';

/** A change soon after another in the same place belongs to it: one undo takes back a word, not a letter. */
const SAME_CHANGE_MS = 1_500;
const SAVE_AFTER_MS = 700;
const RETRY_AFTER_MS = 5_000;
const UNDO_MAX = 200;

export interface Surroundings {
  readonly save: typeof saveDraft;
  readonly read: typeof draftOf;
  readonly kept: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly now_ms: () => number;
  readonly later: (act: () => void, ms: number) => () => void;
}

const BROWSER: Surroundings = {
  save: saveDraft,
  read: draftOf,
  get kept() {
    return localStorage;
  },
  now_ms: () => Date.now(),
  later: (act, ms) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

export class DraftEditor {
  readonly document = signal<JsonObject>({});
  readonly state = signal<SaveState>('saved');
  readonly fault = signal<Fault | null>(null);
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  /** What somebody else saved meanwhile. */
  readonly theirs = signal<DraftText | null>(null);
  rev: number;
  readonly draft_id: string;
  readonly base_digest: string | null;
  readonly #around: Surroundings;
  #past: JsonObject[] = [];
  #future: JsonObject[] = [];
  #lastPlace = '';
  #lastChange_ms = 0;
  #cancel: () => void = () => undefined;
  #saving: Promise<void> | null = null;
  #closed = false;

  constructor(draft: DraftText, around: Surroundings = BROWSER) {
    this.#around = around;
    this.draft_id = draft.draft_id;
    this.base_digest = draft.base_digest;
    this.rev = draft.rev;
    this.document.value = parsed(draft.document);
    this.fault.value = draft.problem;
    this.#takeKept(draft);
  }

  /** Put a value in a place, or with undefined take the place out. */
  change(place: Place, value: Json | undefined): void {
    const next = put(this.document.value, place, value);
    if (!isObject(next)) return;
    const pointer = pointerOf(place);
    const now_ms = this.#around.now_ms();
    const goesOn = pointer === this.#lastPlace && now_ms - this.#lastChange_ms < SAME_CHANGE_MS && typeof value === 'string';
    if (!goesOn) this.#past = [...this.#past, this.document.value].slice(-UNDO_MAX);
    this.#lastPlace = pointer;
    this.#lastChange_ms = now_ms;
    this.#future = [];
    this.#become(next);
  }

  undo(): void {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(this.document.value);
    this.#lastPlace = '';
    this.#become(before);
  }

  redo(): void {
    const after = this.#future.pop();
    if (!after) return;
    this.#past.push(this.document.value);
    this.#lastPlace = '';
    this.#become(after);
  }

  /** All that was typed is at the office, or this throws. */
  async flush(): Promise<void> {
    this.#cancel();
    await this.#saving;
    if (this.state.value !== 'saved') await this.#save();
    if (this.state.value !== 'saved') throw new Error(this.state.value);
  }

  /** End a clash: with `mine`, this text takes the place of theirs; else theirs is taken, and mine can be had back by undo. */
  settle(mine: boolean): void {
    const theirs = this.theirs.value;
    if (!theirs) return;
    this.rev = theirs.rev;
    this.theirs.value = null;
    if (mine) {
      this.state.value = 'unsaved';
      this.#become(this.document.value);
      return;
    }
    this.#past.push(this.document.value);
    this.document.value = parsed(theirs.document);
    this.fault.value = theirs.problem;
    this.#lastPlace = '';
    this.#done();
  }

  text(): string {
    return `${JSON.stringify(this.document.value, null, 2)}\n`;
  }

  /** The page is left: what is unsaved is saved still, and nothing is tried again later. */
  close(): void {
    this.#closed = true;
    this.#cancel();
    if (this.state.value === 'unsaved' || this.state.value === 'failed') void this.#save();
  }

  /** The draft is gone, published or thrown away. */
  forget(): void {
    this.#closed = true;
    this.#cancel();
    this.#around.kept.removeItem(this.#keptAs());
    this.state.value = 'saved';
  }

  #become(next: JsonObject): void {
    this.document.value = next;
    this.canUndo.value = this.#past.length > 0;
    this.canRedo.value = this.#future.length > 0;
    this.#keep();
    if (this.state.value === 'clash') return;
    this.state.value = 'unsaved';
    this.#saveLater(SAVE_AFTER_MS);
  }

  #saveLater(ms: number): void {
    this.#cancel();
    if (!this.#closed) this.#cancel = this.#around.later(() => void this.#save(), ms);
  }

  async #save(): Promise<void> {
    if (this.#saving) return this.#saving;
    this.#saving = this.#sendOnce();
    await this.#saving;
    this.#saving = null;
  }

  async #sendOnce(): Promise<void> {
    const sent = this.document.value;
    this.state.value = 'saving';
    try {
      const saved = await this.#around.save(this.draft_id, this.rev, this.text());
      this.rev = saved.rev;
      this.fault.value = saved.problem;
      if (this.document.value === sent) this.#done();
      else {
        this.state.value = 'unsaved';
        this.#keep();
        this.#saveLater(SAVE_AFTER_MS);
      }
    } catch (error) {
      if (error instanceof ApiProblem && error.slug === 'draft-changed') await this.#clash();
      else {
        this.state.value = 'failed';
        this.#saveLater(RETRY_AFTER_MS);
      }
    }
  }

  async #clash(): Promise<void> {
    try {
      this.theirs.value = await this.#around.read(this.draft_id);
      this.state.value = 'clash';
    } catch {
      this.state.value = 'failed';
      this.#saveLater(RETRY_AFTER_MS);
    }
  }

  #done(): void {
    this.state.value = 'saved';
    this.canUndo.value = this.#past.length > 0;
    this.canRedo.value = this.#future.length > 0;
    this.#around.kept.removeItem(this.#keptAs());
  }

  #keptAs(): string {
    return `doorstep-draft-${this.draft_id}`;
  }

  #keep(): void {
    try {
      this.#around.kept.setItem(this.#keptAs(), JSON.stringify({ rev: this.rev, document: this.document.value }));
    } catch {
      // A full or shut storage only means that the office is the one place where it is kept.
    }
  }

  /** What was typed in this browser and never reached the office. */
  #takeKept(draft: DraftText): void {
    const kept = parsed(this.#around.kept.getItem(this.#keptAs()) ?? 'null');
    const document = at(kept, ['document']);
    if (!isObject(document)) return;
    this.#past.push(this.document.value);
    if (kept['rev'] !== draft.rev) {
      this.theirs.value = draft;
      this.state.value = 'clash';
    }
    this.#become(document);
  }
}

function parsed(text: string): JsonObject {
  try {
    const found: unknown = JSON.parse(text);
    return isObject(found as Json) ? (found as JsonObject) : {};
  } catch {
    return {};
  }
}
