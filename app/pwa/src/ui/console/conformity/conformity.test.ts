import { beforeEach, describe, expect, it } from 'vitest';
import { conformityFile } from '../../../state/console/conformity';
import { language } from '../../i18n/catalogue';
import { reasonsOf } from './reasons';
import { percentOf, sharesOf } from './shares';
import { daysOf, filtersOf, membersOf, problemOf, wantedOf } from './wanted';

const at = (day: string): Date => new Date(`${day}T12:00:00`);

beforeEach(() => {
  language.value = 'en';
});

describe('a period', () => {
  it.each([
    ['week', '2026-11-23', '2026-11-23'],
    ['week', '2026-11-29', '2026-11-23'],
    ['month', '2026-11-23', '2026-11-01'],
    ['quarter', '2026-11-23', '2026-08-23'],
    ['quarter', '2026-05-31', '2026-02-28'],
    ['quarter', '2026-01-15', '2025-10-15'],
  ] as const)('%s on %s begins on %s', (period, today, from) => {
    expect(daysOf(period, at(today))).toEqual({ from, to: today });
  });

  it('of own dates is in order and at most a year', () => {
    expect(problemOf({ from: '2026-01-01', to: '2026-01-01' })).toBeNull();
    expect(problemOf({ from: '2024-01-01', to: '2024-12-31' })).toBeNull();
    expect(problemOf({ from: '2025-01-01', to: '2026-01-02' })).toBe('too_long');
    expect(problemOf({ from: '2026-01-02', to: '2026-01-01' })).toBe('backwards');
    expect(problemOf({ from: '', to: '2026-01-01' })).toBe('backwards');
  });
});

describe('the address', () => {
  it('says nothing of what is usual', () => {
    const filters = filtersOf(new URLSearchParams(), at('2026-11-23'));
    expect(filters).toEqual({ period: 'month', from: '2026-11-01', to: '2026-11-23', by: 'crew', station_id: null, standard_id: null });
    expect(Object.values(membersOf(filters)).filter(Boolean)).toEqual([]);
  });

  it('gives back what was chosen', () => {
    const filters = { period: 'own', from: '2026-01-02', to: '2026-02-03', by: 'station', station_id: 'all', standard_id: 'oven' } as const;
    const search = new URLSearchParams(Object.entries(membersOf(filters)).flatMap(([name, value]) => (value ? [[name, value]] : [])));
    expect(filtersOf(search, at('2026-11-23'))).toEqual(filters);
  });

  it('takes no nonsense', () => {
    const found = filtersOf(new URLSearchParams('period=own&from=x&to=2026-01-01&by=colour'), at('2026-11-23'));
    expect([found.from, found.to, found.by]).toEqual(['2026-11-01', '2026-11-23', 'crew']);
  });

  it('leads to the file of the same jobs', () => {
    const wanted = wantedOf(filtersOf(new URLSearchParams('station=s 1'), at('2026-11-23')), at('2026-11-23'));
    expect(conformityFile({ ...wanted, utc_offset_minutes: 480 }, 'zh-Hans')).toBe(
      '/api/v1/conformity.csv?from=2026-11-01&to=2026-11-23&utc_offset_minutes=480&by=crew&station_id=s+1&language=zh-Hans',
    );
  });
});

describe('shares', () => {
  it('fill the bar and leave out what is not there', () => {
    expect(sharesOf({ met: 6, excepted: 2, left_out: 0, broken: 2 })).toEqual([
      { part: 'met', percent: 60 },
      { part: 'excepted', percent: 20 },
      { part: 'broken', percent: 20 },
    ]);
    expect(sharesOf({ met: 0, excepted: 0, left_out: 0, broken: 0 })).toEqual([]);
  });

  it('never round one away', () => {
    expect([percentOf(999, 1000), percentOf(1, 1000), percentOf(3, 3), percentOf(0, 3), percentOf(0, 0)]).toEqual([99, 1, 100, 0, null]);
  });
});

describe('reasons', () => {
  it('stand in words, the most frequent first, and unknown ones as they came', () => {
    const reasons = { odd: 1, waived: 3 };
    expect(reasonsOf({ reasons, reason_titles: { waived: { en: 'Not wanted', 'zh-Hans': '不需要' } } })).toEqual([{ text: 'Not wanted', n: 3 }, { text: 'odd', n: 1 }]);
  });
});
