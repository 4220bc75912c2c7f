import { describe, expect, it } from 'vitest';
import type { Person } from '../../../state/console/shapes';
import { byStation, newPhones, timeLeft } from './stations';

function person(id: string, name: string, station: string | null, phones: readonly string[] = []): Person {
  const devices = phones.map((device_id) => ({ device_id, label: `Phone ${device_id}`, enrolled_at: '', last_contact_at: null, pending_events: 0, pending_blobs: 0, revoked: false }));
  return { id, login: id, name, role: 'installer', station: station === null ? null : { id: station, name: station }, disabled: false, devices };
}

describe('people', () => {
  it('stand by station and name, those without a station last', () => {
    const groups = byStation([person('1', 'Zoe', 'B'), person('2', 'Ann', null), person('3', 'Bea', 'A'), person('4', 'Al', 'B')]);
    expect(groups.map(({ name, people }) => [name, people.map((one) => one.name)])).toEqual([['A', ['Bea']], ['B', ['Al', 'Zoe']], [null, ['Ann']]]);
  });

  it('show a phone that has just come in', () => {
    expect(newPhones(['d1'], person('1', 'A', null, ['d1', 'd2']))).toEqual(['Phone d2']);
    expect(newPhones(['d1'], person('1', 'A', null, ['d1']))).toEqual([]);
    expect(newPhones([], undefined)).toEqual([]);
  });
});

describe('a code’s time', () => {
  it('counts down to nothing', () => {
    const end = '2026-11-22T10:10:00.000Z';
    expect(timeLeft(end, Date.parse('2026-11-22T10:00:00.000Z'))).toBe('10:00');
    expect(timeLeft(end, Date.parse('2026-11-22T10:09:54.100Z'))).toBe('0:06');
    expect(timeLeft(end, Date.parse(end))).toBeNull();
    expect(timeLeft('nonsense', 0)).toBeNull();
  });
});
