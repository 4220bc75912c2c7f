import { describe, expect, it } from 'vitest';
import { isOurs, jobAddress, proofAddress, routeOf } from './route';

describe('addresses', () => {
  it.each([
    ['/console/', { page: 'queue' }],
    ['/console', { page: 'queue' }],
    [jobAddress('j-1'), { page: 'job', job_id: 'j-1' }],
    [proofAddress('j-1'), { page: 'proof', job_id: 'j-1' }],
    ['/console/orders', { page: 'orders' }],
    ['/console/orders/new', { page: 'new_order' }],
    ['/console/people', { page: 'people' }],
    ['/console/conformity', { page: 'conformity' }],
    ['/console/conformity/else', { page: 'nowhere' }],
    ['/console/phones', { page: 'phones' }],
    ['/console/phones/set-aside', { page: 'quarantine' }],
    ['/console/phones/else', { page: 'nowhere' }],
    ['/console/jobs', { page: 'nowhere' }],
    ['/console/jobs/a/b', { page: 'nowhere' }],
    ['/console/jobs/a/proof/b', { page: 'nowhere' }],
    ['/console/jobs/%2e%2e', { page: 'nowhere' }],
    ['/consoles', { page: 'nowhere' }],
    ['/app/', { page: 'nowhere' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('leaves to the browser what is not the console’s', () => {
    const at = (path: string): boolean => isOurs(new URL(path, 'http://h/'), 'http://h');
    expect(at('/console/jobs/j')).toBe(true);
    expect(at('/console/labels?job_id=j')).toBe(false);
    expect(at('/app/')).toBe(false);
    expect(at('http://elsewhere/console/')).toBe(false);
    expect(at('/consoles/')).toBe(false);
  });
});
