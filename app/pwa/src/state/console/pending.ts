/**
 * A decision that waits a few seconds before it goes to the office, so that it can be undone.
 *
 * One at a time: a second decision sends the first at once. A page that goes away sends what waits.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals';

export const UNDO_S = 5;

export interface Decision {
  readonly job_id: string;
  readonly what: 'approve' | 'send_back';
  /** Whose job it is, for the words. */
  readonly customer: string;
  /** What of the job it is about: the same thing is not decided twice while it waits. */
  readonly subject: string;
  /** Puts back what was written, when it is undone or the office does not take it. */
  readonly restore: () => void;
  /** Sends it. `lasting`: the page is going away. */
  readonly commit: (lasting: boolean) => Promise<void>;
}

export interface Waiting {
  readonly decision: Decision;
  readonly step: 'waiting' | 'sending';
}

export interface Failed {
  readonly decision: Decision;
  readonly error: unknown;
}

const now = signal<Waiting | null>(null);
const failed = signal<Failed | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

export const waiting: ReadonlySignal<Waiting | null> = computed(() => now.value);
/** The last decision that the office did not take; it stays until the next one or until it is put away. */
export const failedDecision: ReadonlySignal<Failed | null> = computed(() => failed.value);

/** Returns false, and does nothing, while a decision about the same thing waits or is being sent. */
export function decide(decision: Decision): boolean {
  const before = now.peek();
  if (before !== null && isAboutSame(before.decision, decision)) return false;
  if (before?.step === 'waiting') void commit(before.decision, false);
  clearTimeout(timer);
  failed.value = null;
  now.value = { decision, step: 'waiting' };
  timer = setTimeout(() => void commit(decision, false), UNDO_S * 1000);
  return true;
}

/** An approval is about the whole job, so nothing else of that job goes beside it. */
function isAboutSame(one: Decision, other: Decision): boolean {
  if (one.job_id !== other.job_id) return false;
  return one.what === 'approve' || other.what === 'approve' || one.subject === other.subject;
}

/** Take back what still waits. Returns it, or null when there was nothing left to take back. */
export function undo(): Decision | null {
  const waits = now.peek();
  if (waits === null || waits.step !== 'waiting') return null;
  clearTimeout(timer);
  now.value = null;
  waits.decision.restore();
  return waits.decision;
}

/** For when the page is left: send what waits, by a request that outlives the page. */
export function commitNow(): void {
  const waits = now.peek();
  if (waits?.step !== 'waiting') return;
  clearTimeout(timer);
  void commit(waits.decision, true);
}

export function putFailureAway(): void {
  failed.value = null;
}

async function commit(decision: Decision, lasting: boolean): Promise<void> {
  const isShown = (): boolean => now.peek()?.decision === decision;
  if (isShown()) now.value = { decision, step: 'sending' };
  try {
    await decision.commit(lasting);
  } catch (error) {
    decision.restore();
    failed.value = { decision, error };
  } finally {
    if (isShown()) now.value = null;
  }
}
