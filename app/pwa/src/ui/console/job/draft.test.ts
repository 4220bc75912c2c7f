import { beforeEach, describe, expect, it } from 'vitest';
import { change, draft, findingOf, lackOf, reasonsFor, startAnew, takeDraft, turnTo, type About } from './draft';

const PHOTO: About = { kind: 'photo', photo_id: 'p1' };
const ANSWER: About = { kind: 'answer', step_id: 'WM-01', unit_id: 'u1', component: null };

describe('what the supervisor is about to say', () => {
  beforeEach(startAnew);

  it('lacks first a target, then a reason', () => {
    expect(lackOf(draft.value)).toBe('about');
    turnTo(PHOTO);
    expect(lackOf(draft.value)).toBe('reason');
    change({ reason: 'blurred' });
    expect(lackOf(draft.value)).toBeNull();
  });

  it('needs a note for “something else”', () => {
    turnTo(PHOTO);
    change({ reason: 'other', note: '  ' });
    expect(lackOf(draft.value)).toBe('note');
    expect(findingOf(draft.value)).toBeNull();
    change({ note: ' Show the whole hose ' });
    expect(findingOf(draft.value)).toMatchObject({ reason: 'other', note: 'Show the whole hose' });
  });

  it('names a photo, or a step, never both', () => {
    const mark = { x: 1, y: 2, w: 30, h: 40 };
    turnTo(PHOTO);
    change({ reason: 'dark', mark });
    expect(findingOf(draft.value)).toEqual({ photo_id: 'p1', step_id: null, unit_id: null, component: null, reason: 'dark', note: null, mark });
    turnTo(ANSWER);
    change({ reason: 'incomplete', mark });
    expect(findingOf(draft.value)).toEqual({ photo_id: null, step_id: 'WM-01', unit_id: 'u1', component: null, reason: 'incomplete', note: null, mark: null });
  });

  it('keeps what was begun about one photo while another is looked at', () => {
    turnTo(PHOTO);
    change({ reason: 'dark', note: 'n', marking: true });
    turnTo(ANSWER);
    expect(draft.value).toMatchObject({ reason: null, note: '' });
    turnTo(PHOTO);
    expect(draft.value).toMatchObject({ reason: 'dark', note: 'n', marking: false });
    startAnew();
    turnTo(PHOTO);
    expect(draft.value.reason).toBeNull();
  });

  it('is taken away to be sent, and put back by undo, here or while one looks elsewhere', () => {
    turnTo(PHOTO);
    change({ reason: 'dark', note: 'n', marking: true });
    const first = takeDraft();
    expect(first.said).toMatchObject({ about: PHOTO, reason: 'dark', note: 'n' });
    expect(draft.value).toMatchObject({ about: PHOTO, reason: null, note: '' });
    turnTo(ANSWER);
    first.putBack();
    expect(draft.value).toMatchObject({ about: ANSWER, reason: null });
    turnTo(PHOTO);
    expect(draft.value).toMatchObject({ reason: 'dark', note: 'n' });
    const second = takeDraft();
    second.putBack();
    expect(draft.value).toMatchObject({ reason: 'dark', note: 'n' });
  });

  it('does not overwrite what was begun anew when it is put back', () => {
    turnTo(PHOTO);
    change({ reason: 'dark' });
    const taken = takeDraft();
    change({ note: 'newer' });
    taken.putBack();
    expect(draft.value).toMatchObject({ reason: null, note: 'newer' });
  });

  it('offers reasons that fit: an answer cannot be blurred', () => {
    expect(reasonsFor(PHOTO)).toContain('blurred');
    expect(reasonsFor(ANSWER)).not.toContain('blurred');
    expect(reasonsFor(PHOTO).length).toBeLessThanOrEqual(9);
  });
});
