import { describe, expect, it } from 'vitest';
import { address, parentOf, routeOf } from './route';

describe('addresses', () => {
  it.each([
    ['today', '', {}],
    ['settings', '', {}],
    ['job', 'job-1', {}],
    ['step', 'job:1.a', { id: 'WM-INS-05', unit: 'u_1' }],
    ['photo', 'j', { role: 'rating_plate', for: 'failure' }],
  ] as const)('of %s lead back to it', (screen, jobId, query) => {
    expect(routeOf(address(screen, jobId, query))).toEqual({ screen, job_id: jobId, query });
  });

  it('an enrolment link carries its code in the fragment', () => {
    expect(routeOf('#enrol=AbC-_9').query.code).toBe('AbC-_9');
    expect(routeOf('#enrol=<script>').screen).toBe('today');
  });

  it.each(['', '#', '#/nowhere', '#/job', '#/step', '#/today/step', '#/job/j/today', '#/job/%E0%A4%A/steps'])('%s is no screen of its own', (hash) => {
    const { screen, job_id: jobId } = routeOf(hash);
    expect(screen === 'today' || (screen === 'job' && jobId === '')).toBe(true);
  });

  it('up from a photo leads to its step, from a step to its job, from a job to today', () => {
    const step = { id: 'WM-INS-05', unit: 'u1' };
    expect(parentOf(routeOf(address('photo', 'j', { ...step, role: 'x' })))).toBe(address('step', 'j', step));
    expect(parentOf(routeOf(address('photo', 'j', { role: 'x', for: 'failure' })))).toBe(address('fail', 'j'));
    expect(parentOf(routeOf(address('step', 'j', step)))).toBe(address('job', 'j'));
    expect(parentOf(routeOf(address('job', 'j')))).toBe(address('today'));
  });
});
