import { describe, expect, it } from 'vitest';
import { planned, type JobState, type Unit } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { countOf, findUnit, isWhole, toBringBack, toLoad, type Found } from './van';

const part = (component_id: string, serial: string | null): Unit['components'][number] => ({ component_id, name: component_id, serial });

function unit(unit_id: string, serial: string | null, more: Partial<Unit> = {}): Unit {
  return { unit_id, gtin: '06901234567892', category: 'washing_machine', name: unit_id, serial, components: [], holder: null, ...more };
}

function view(job_id: string, units: Unit[], state: Partial<JobState> = {}): JobView {
  const whole = { ...planned(), stage: 'dispatched', services: ['deliver'], units, ...state } as JobState;
  return { job_id, state: whole } as JobView;
}

describe('the van', () => {
  it('takes the last stop first, and only what is brought and not begun', () => {
    const views = [
      view('1', [unit('a', 'A0001')]),
      view('2', [unit('b', 'B0001')], { services: ['install'] }),
      view('3', [unit('c', 'C0001')], { stage: 'on_site' }),
      view('4', [unit('d', 'D0001'), unit('e', 'E0001', { holder: 'customer' })]),
    ];
    expect(toLoad(views).map(({ view: { job_id }, units }) => [job_id, units.map(({ unit_id }) => unit_id)])).toEqual([['4', ['d']], ['1', ['a']]]);
    expect(countOf(toLoad(views))).toEqual({ loaded: 0, all: 2 });
  });

  it('brings back what the crew still holds of visits that are over', () => {
    const held = { holder: 'crew' };
    const views = [
      view('1', [unit('a', 'A0001', held)], { stage: 'failed' }),
      view('2', [unit('b', 'B0001', held)]),
      view('3', [unit('c', 'C0001', held), unit('d', 'D0001', { holder: 'customer' })], { stage: 'finished' }),
    ];
    expect(toBringBack(views).flatMap(({ units }) => units.map(({ unit_id }) => unit_id))).toEqual(['a', 'c']);
  });

  it('tells a unit of the day from one of another day, of nobody, and from a code that names none', () => {
    const [today, tomorrow] = [view('1', [unit('a', 'SN-A-0001')]), view('2', [unit('b', 'SN-B-0001')])];
    const stops = toLoad([today]);
    const find = (raw: string, symbology = 'Code128'): Found => findUnit(raw, symbology, stops, [today, tomorrow]);
    expect(find('SN-A-0001')).toMatchObject({ as: 'unit', unit: { unit_id: 'a' }, component: null });
    expect(find('SN-B-0001')).toMatchObject({ as: 'other', owner: { job_id: '2' } });
    expect(find('SN-X-9999')).toMatchObject({ as: 'other', owner: null });
    expect(find('https://eprel.ec.europa.eu/qr/1')).toMatchObject({ as: 'unknown' });
    expect(find('6901234567892', 'EAN-13')).toMatchObject({ as: 'unknown', why: 'model_only' });
  });

  it('does not turn away what an order without serials may mean', () => {
    const stops = toLoad([view('1', [unit('a', null)]), view('2', [unit('b', 'SN-B-0001')])]);
    expect(findUnit('SN-X-9999', 'Code128', stops, [])).toMatchObject({ as: 'unknown', why: 'nothing_to_compare' });
  });

  it('a unit in parts is whole when each numbered part was seen', () => {
    const split = unit('s', null, { components: [part('indoor', 'IN0001'), part('outdoor', 'OUT0001'), part('pipes', null)] });
    expect(findUnit('OUT0001', 'Code128', toLoad([view('1', [split])]), [])).toMatchObject({ as: 'unit', component: 'outdoor' });
    expect(isWhole(split, ['indoor'])).toBe(false);
    expect(isWhole(split, ['outdoor', 'indoor'])).toBe(true);
    expect(isWhole(unit('w', 'W0001'), [])).toBe(true);
  });
});
