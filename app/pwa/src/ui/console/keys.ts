/** The keyboard, as a table: which key means what, and where. */

export type Command =
  | { readonly do: 'next_job' | 'previous_job' | 'next_evidence' | 'previous_evidence' | 'open' }
  | { readonly do: 'approve' | 'send_back' | 'mark' | 'undo' | 'zoom' | 'search' | 'help' | 'leave' }
  | { readonly do: 'reason'; readonly place: number };

export type Where = 'queue' | 'job' | 'elsewhere';

/** What of a keyboard event decides. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  /** The element with the focus takes text. */
  readonly writing: boolean;
  /** The element with the focus is worked by this key itself, as a button is by the space bar. */
  readonly working: boolean;
}

type Plain = Exclude<Command, { do: 'reason' }>['do'];

const EVERYWHERE: Readonly<Record<string, Plain>> = { '?': 'help', z: 'undo' };
const MAPS: Readonly<Record<Where, Readonly<Record<string, Plain>>>> = {
  elsewhere: EVERYWHERE,
  queue: { ...EVERYWHERE, j: 'next_job', k: 'previous_job', Enter: 'open', '/': 'search' },
  job: {
    ...EVERYWHERE,
    j: 'next_job',
    k: 'previous_job',
    l: 'next_evidence',
    h: 'previous_evidence',
    ArrowRight: 'next_evidence',
    ArrowLeft: 'previous_evidence',
    a: 'approve',
    r: 'send_back',
    m: 'mark',
    ' ': 'zoom',
    '/': 'search',
    Escape: 'leave',
  },
};

/** What a key means here; null when it is the page's or the browser's own. */
export function commandOf(pressed: Pressed, where: Where): Command | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  if (pressed.writing) return null;
  if (pressed.working && (pressed.key === ' ' || pressed.key === 'Enter')) return null;
  if (where === 'job' && /^[1-9]$/.test(pressed.key)) return { do: 'reason', place: Number(pressed.key) };
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  const map = MAPS[where];
  return Object.hasOwn(map, key) ? { do: map[key] as Plain } : null;
}

type Helped = 'job' | 'open' | 'evidence' | 'zoom' | 'mark' | 'reason' | 'send_back' | 'approve' | 'undo' | 'search' | 'leave' | 'help';

/** The keys to show in the help, in this order. */
export const HELP: readonly { readonly keys: readonly string[]; readonly what: Helped }[] = [
  { keys: ['j', 'k'], what: 'job' },
  { keys: ['Enter'], what: 'open' },
  { keys: ['l', 'h'], what: 'evidence' },
  { keys: ['Space'], what: 'zoom' },
  { keys: ['m'], what: 'mark' },
  { keys: ['1–9'], what: 'reason' },
  { keys: ['r'], what: 'send_back' },
  { keys: ['a'], what: 'approve' },
  { keys: ['z'], what: 'undo' },
  { keys: ['/'], what: 'search' },
  { keys: ['Esc'], what: 'leave' },
  { keys: ['?'], what: 'help' },
];

/** Reads a real keyboard event. */
export function pressedOf(event: KeyboardEvent): Pressed {
  const focus = event.target instanceof Element ? event.target : null;
  const { key, ctrlKey, metaKey, altKey } = event;
  return {
    key,
    ctrlKey,
    metaKey,
    altKey,
    writing: focus?.matches('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]') ?? false,
    working: focus?.matches('button, a, summary, input, [role=button]') ?? false,
  };
}
