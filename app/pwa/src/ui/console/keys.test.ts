import { describe, expect, it } from 'vitest';
import { commandOf, HELP, type Pressed, type Where } from './keys';
import { words } from './words';

const REST: Omit<Pressed, 'key'> = { ctrlKey: false, metaKey: false, altKey: false, writing: false, working: false };
const press = (key: string, where: Where, more: Partial<Pressed> = {}) => commandOf({ ...REST, key, ...more }, where);

describe('the keyboard', () => {
  it.each([
    ['j', 'queue', 'next_job'],
    ['k', 'queue', 'previous_job'],
    ['Enter', 'queue', 'open'],
    ['/', 'queue', 'search'],
    ['?', 'queue', 'help'],
    ['a', 'job', 'approve'],
    ['r', 'job', 'send_back'],
    ['m', 'job', 'mark'],
    ['z', 'job', 'undo'],
    ['z', 'queue', 'undo'],
    ['z', 'elsewhere', 'undo'],
    ['h', 'job', 'previous_evidence'],
    ['l', 'job', 'next_evidence'],
    [' ', 'job', 'zoom'],
    ['Escape', 'job', 'leave'],
  ] as const)('%s in %s is %s', (key, where, command) => {
    expect(press(key, where)).toEqual({ do: command });
  });

  it('numbers choose reasons, in a job only', () => {
    expect(press('1', 'job')).toEqual({ do: 'reason', place: 1 });
    expect(press('9', 'job')).toEqual({ do: 'reason', place: 9 });
    expect(press('0', 'job')).toBeNull();
    expect(press('1', 'queue')).toBeNull();
  });

  it('decides nothing by accident: not while writing, not with a modifier, not outside a job', () => {
    for (const key of ['a', 'r', 'z', '1', 'm']) {
      expect(press(key, 'job', { writing: true })).toBeNull();
      expect(press(key, 'job', { ctrlKey: true })).toBeNull();
      expect(press(key, 'job', { metaKey: true })).toBeNull();
      expect(press(key, 'job', { altKey: true })).toBeNull();
    }
    expect(press('a', 'queue')).toBeNull();
    expect(press('r', 'elsewhere')).toBeNull();
  });

  it('leaves Space and Enter to a button or link that has the focus', () => {
    expect(press(' ', 'job', { working: true })).toBeNull();
    expect(press('Enter', 'queue', { working: true })).toBeNull();
    expect(press('j', 'queue', { working: true })).toEqual({ do: 'next_job' });
  });

  it('works with capitals, and knows only its own keys', () => {
    expect(press('J', 'queue')).toEqual({ do: 'next_job' });
    expect(press('constructor', 'job')).toBeNull();
  });

  it('is explained in full', () => {
    for (const { what } of HELP) expect(words.has(`key_${what}`), what).toBe(true);
  });
});
