import { describe, expect, test } from 'vitest';
import { fold, type JobState } from './job';
import type { Event, JsonObject } from './events';
import type { Asked, Rule, Standard } from './standard';
import { build, textOf, type Statement } from './statement';

const PEOPLE = { ana: 'Ana Silva', bo: 'Bo Li' };

describe('G1: the statement', () => {
  test('counts no marked copy as a photo of its own', () => {
    const state = job();
    const copies = state.photos.map((photo) => ({ ...photo, photo_id: `copy of ${photo.photo_id}`, of: photo.photo_id }));
    expect(build({ ...state, photos: [...state.photos, ...copies] }, [standard()], 'en', { people: PEOPLE }).photos).toBe(1);
  });

  test('says what was brought, done and found, in the customer’s language', () => {
    expect(build(job(), [standard()], 'en', { people: PEOPLE })).toEqual({
      v: 1,
      type: 'doorstep-statement',
      language: 'en',
      order_ref: 'SO-1001',
      customer: 'Chen Jing',
      address: ['Lane 12, No. 3', '200000 Shanghai'],
      slot: { from: '2026-11-22T09:00:00.000Z', to: '2026-11-22T11:00:00.000Z' },
      crew: ['Ana Silva'],
      units: [
        { name: 'Washer', serial: 'WM-1', verdict: 'match', components: [] },
        {
          name: 'Split AC',
          serial: null,
          verdict: null,
          components: [{ name: 'Indoor part', serial: 'IN-1', verdict: 'wrong' }],
        },
      ],
      work: ['Delivery', 'polish'],
      checks: {
        asked: 5,
        met: 1,
        open: 1,
        excepted: [{ title: 'Floor', of: null, reason: 'No cloth', note: 'wet' }],
        out_of_limits: [
          { title: 'Voltage', of: 'Washer', reading: '250 V', limits: '198\u2013242 V' },
          { title: 'Voltage', of: 'Split AC', reading: '-1 V', limits: '198\u2013242 V' },
        ],
      },
      photos: 1,
      notes: 1,
      declaration: expect.arrayContaining([expect.stringContaining('By accepting')]),
    } satisfies Record<keyof Statement, unknown>);
  });

  test('is complete in Chinese', () => {
    const statement = build(job(), [standard()], 'zh-Hans', { people: PEOPLE });
    const english = build(job(), [standard()], 'en', { people: PEOPLE });
    expect(statement.work[0]).toBe('送货');
    expect(statement.checks.excepted[0]?.title).toBe('地面');
    expect(statement.declaration).toHaveLength(english.declaration.length);
    expect(statement.declaration.filter((line) => english.declaration.includes(line))).toEqual([]);
  });

  test('has the same bytes on every phone, whatever the order of members in what it is made from', () => {
    const text = textOf(build(job(), [standard()], 'en', { people: PEOPLE }));
    const turned = reversed(job()) as JobState;
    expect(textOf(build(turned, [standard()], 'en', { people: reversed(PEOPLE) as typeof PEOPLE }))).toBe(text);
    expect(Object.keys(JSON.parse(text) as object).slice(0, 4)).toEqual(['v', 'type', 'language', 'order_ref']);
  });

  test('holds nothing of when and on which phone a fact was recorded', () => {
    const elsewhere = log().map((event) => ({ ...event, at: '2027-01-01T00:00:00.000Z', device_id: 'other', event_id: `x${event.rev}` }));
    const text = textOf(build(fold(log()), [standard()], 'en', { people: PEOPLE }));
    expect(textOf(build(fold(elsewhere), [standard()], 'en', { people: PEOPLE }))).toBe(text);
    expect(text).not.toContain('2027');
    expect(text).not.toContain('dev-a');
  });

  test('can be made of a job of which nothing is known, and of ids that objects have', () => {
    const empty = build(fold([]), [], 'en', { people: {} });
    expect(empty).toMatchObject({ customer: null, address: [], slot: null, crew: [], units: [], checks: { asked: 0, open: 0 } });
    expect(build({ ...fold([]), crew: ['constructor', '__proto__'], services: ['toString'] }, [], 'en', { people: PEOPLE })).toMatchObject({
      crew: [],
      work: ['toString'],
    });
  });
});

function job(): JobState {
  return fold(log());
}

function log(): Event[] {
  const pinned = { crew: ['ana', 'eve'], visit_id: 'v1', station_id: 's1', standards: [] };
  const order = {
    order_ref: 'SO-1001',
    services: ['deliver', 'polish'],
    customer: { name: 'Chen Jing', phone: '1', language: 'zh-Hans' },
    address: { lines: ['Lane 12, No. 3'], city: 'Shanghai', postcode: '200000' },
    units: [
      { unit_id: 'w', gtin: '1', category: 'washer', name: 'Washer', components: [] },
      { unit_id: 'ac', gtin: '2', category: 'ac', name: 'Split AC', components: [{ component_id: 'in', name: 'Indoor part', serial: 'IN-1' }] },
    ],
  };
  const scan = { raw: 'x', symbology: 'QRCode', method: 'camera' };
  const photo = { role: 'floor', step_id: 'P', sha256: 'ab'.repeat(32), size: 1, mime: 'image/jpeg', w: 1, h: 1, source: 'camera' };
  const drafts: [string, JsonObject][] = [
    ['job.created', order],
    ['job.scheduled', { slot: { from: '2026-11-22T09:00:00.000Z', to: '2026-11-22T11:00:00.000Z' } }],
    ['job.dispatched', pinned],
    ['unit.scanned', { ...scan, unit_id: 'w', serial: 'ZZ-9', verdict: 'wrong' }],
    ['unit.scanned', { ...scan, unit_id: 'w', serial: 'WM-1', verdict: 'match' }],
    ['unit.scanned', { ...scan, unit_id: 'ac', component: 'in', serial: 'IN-2', verdict: 'wrong' }],
    ['step.answered', { step_id: 'F', exception: { reason: 'no_cloth', note: 'wet' } }],
    ['step.answered', { step_id: 'C', value: true }],
    ['step.answered', { step_id: 'V', unit_id: 'w', value: '250', unit: 'V' }],
    ['step.answered', { step_id: 'V', unit_id: 'ac', value: '-1', unit: 'V' }],
    ['photo.captured', { ...photo, photo_id: 'p1' }],
    ['photo.captured', { ...photo, photo_id: 'p2' }],
    ['photo.retracted', { photo_id: 'p2' }],
    ['note.added', { text: 'Ring twice' }],
  ];
  return drafts.map(([kind, data], index) => ({
    rev: index + 1,
    device_id: 'dev-a',
    event_id: `e${index + 1}`,
    kind,
    kv: 1,
    at: '2026-11-22T09:30:00.000Z',
    seen_rev: index,
    actor: 'ana',
    data,
    flags: [],
    redacted: false,
  }));
}

function standard(): Standard {
  const rule = (code: string, en: string, zh: string, evidence: Asked[], more: Partial<Rule> = {}): Rule => ({
    code,
    phase: 'install',
    per: 'job',
    severity: 'must',
    title: { en, 'zh-Hans': zh },
    text: { en, 'zh-Hans': zh },
    evidence,
    ...more,
  });
  return {
    format: 'doorstep-standard-v1',
    standard_id: 's',
    version: '1',
    categories: [],
    languages: ['en', 'zh-Hans'],
    title: {},
    photo_roles: {},
    rules: [
      rule('F', 'Floor', '地面', [{ kind: 'confirm' }], {
        exception: { reasons: [{ reason: 'no_cloth', title: { en: 'No cloth', 'zh-Hans': '没有地垫' } }] },
      }),
      rule('C', 'Card', '工牌', [{ kind: 'confirm' }]),
      rule('V', 'Voltage', '电压', [{ kind: 'reading', unit: 'V', min: '198', max: '242' }], { per: 'unit' }),
      rule('P', 'Photo', '照片', [{ kind: 'photo', role: 'floor', min: 2 }]),
      rule('A', 'Acceptance', '验收', [{ kind: 'signoff' }], { phase: 'accept' }),
      rule('I', 'Nothing asked', '无', []),
    ],
  };
}

/** The same value with the members of each object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, reversed(part)]),
  );
}
