import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commitNow, decide, failedDecision, putFailureAway, UNDO_S, undo, waiting, type Decision } from './pending';

const WAIT_MS = UNDO_S * 1000;

function decision(commit: Decision['commit'], job_id = 'j1', more: Partial<Decision> = {}): Decision {
  return { job_id, what: 'approve', customer: 'Wang', subject: '', restore: () => undefined, commit, ...more };
}

describe('a decision', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(async () => {
    undo();
    await vi.runAllTimersAsync();
    putFailureAway();
    vi.useRealTimers();
  });

  it('is sent after the time for undoing, once', async () => {
    const commit = vi.fn(async () => undefined);
    decide(decision(commit));
    await vi.advanceTimersByTimeAsync(WAIT_MS - 1);
    expect(commit).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(commit).toHaveBeenCalledExactlyOnceWith(false);
    await vi.advanceTimersByTimeAsync(10 * WAIT_MS);
    expect(commit).toHaveBeenCalledTimes(1);
    expect(waiting.value).toBeNull();
  });

  it('is never sent when it was undone', async () => {
    const commit = vi.fn(async () => undefined);
    const taken = decision(commit);
    decide(taken);
    await vi.advanceTimersByTimeAsync(WAIT_MS - 1);
    expect(undo()).toBe(taken);
    await vi.advanceTimersByTimeAsync(10 * WAIT_MS);
    expect(commit).not.toHaveBeenCalled();
  });

  it('cannot be undone once it is being sent', async () => {
    let finish = (): void => undefined;
    decide(decision(() => new Promise((resolve) => { finish = () => resolve(undefined); })));
    await vi.advanceTimersByTimeAsync(WAIT_MS);
    expect(waiting.value?.step).toBe('sending');
    expect(undo()).toBeNull();
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(waiting.value).toBeNull();
  });

  it('is sent at once when another one is taken', async () => {
    const first = vi.fn(async () => undefined);
    const second = vi.fn(async () => undefined);
    decide(decision(first, 'j1'));
    decide(decision(second, 'j2'));
    expect(first).toHaveBeenCalledExactlyOnceWith(false);
    expect(second).not.toHaveBeenCalled();
    expect(waiting.value?.decision.job_id).toBe('j2');
    await vi.advanceTimersByTimeAsync(WAIT_MS);
    expect(first).toHaveBeenCalledTimes(1);
    expect(second).toHaveBeenCalledTimes(1);
  });

  it('is sent by a lasting request when the page is left', () => {
    const commit = vi.fn(async () => undefined);
    decide(decision(commit));
    commitNow();
    commitNow();
    expect(commit).toHaveBeenCalledExactlyOnceWith(true);
  });

  it('is not taken twice about the same thing, nor beside an approval of its job', () => {
    const commit = vi.fn(async () => undefined);
    const sendBack = (subject: string): boolean => decide(decision(commit, 'j1', { what: 'send_back', subject }));
    expect(sendBack('p1')).toBe(true);
    expect(sendBack('p1')).toBe(false);
    expect(decide(decision(commit))).toBe(false);
    expect(commit).not.toHaveBeenCalled();
    expect(sendBack('p2')).toBe(true);
    expect(commit).toHaveBeenCalledTimes(1);
    undo();
    expect(decide(decision(commit))).toBe(true);
    expect(sendBack('p3')).toBe(false);
  });

  it('gives back what was written when it is undone or not taken, and only then', async () => {
    const restore = vi.fn();
    decide(decision(async () => undefined, 'j1', { restore }));
    undo();
    undo();
    expect(restore).toHaveBeenCalledTimes(1);
    decide(decision(async () => undefined, 'j1', { restore }));
    await vi.advanceTimersByTimeAsync(WAIT_MS);
    expect(restore).toHaveBeenCalledTimes(1);
    decide(decision(async () => Promise.reject(new Error('no')), 'j1', { restore }));
    await vi.advanceTimersByTimeAsync(WAIT_MS);
    expect(restore).toHaveBeenCalledTimes(2);
  });

  it('that the office refuses stays in sight until it is put away', async () => {
    const refusal = new Error('no');
    decide(decision(async () => Promise.reject(refusal)));
    await vi.advanceTimersByTimeAsync(WAIT_MS);
    expect(failedDecision.value?.error).toBe(refusal);
    expect(waiting.value).toBeNull();
    putFailureAway();
    expect(failedDecision.value).toBeNull();
  });
});
