import { describe, expect, test } from 'vitest';
import { dataProblem, isFact, KINDS } from './events';
import { DECISIONS } from './decisions';
import { FACTS } from './facts';
import type { Kind, Kinds } from './kinds';

const placed = { step_id: 's', unit_id: 'u', component: 'c' };
const digest = 'ab'.repeat(32);

/** One of each kind with every member: the compiler holds it to the types, the test below to the table. */
const SAMPLES: { readonly [K in Kind]: Required<Kinds[K]> } = {
  'log.opened': { prior_epoch: 1, prior_acked_seq: 2, prior_head: digest, reason: 'fork' },
  'storage.lost': { what: 'all', note: null },
  'visit.departed': { visit_id: 'v' },
  'visit.arrived': { visit_id: 'v' },
  'visit.completed': { visit_id: 'v', outcome: 'partial', note: null },
  'visit.failed': { visit_id: 'v', reason: 'r', note: null },
  'unit.scanned': { ...placed, raw: 'x', symbology: 'QRCode', method: 'typed', gtin: null, serial: null, verdict: 'unknown' },
  'step.answered': { ...placed, value: false, unit: null, exception: null, finding_id: null },
  'step.acknowledged': {
    ...placed,
    text_sha256: digest,
    text_size: 1,
    strokes_sha256: null,
    strokes_size: null,
    typed_name: 'n',
    name: null,
    relation: 'family',
    language: 'en',
    finding_id: null,
  },
  'photo.captured': {
    ...placed,
    photo_id: 'p',
    role: 'r',
    sha256: digest,
    size: 1,
    mime: 'image/webp',
    w: 1,
    h: 1,
    source: 'file',
    quality: { sharpness: 1, focus: null, brightness: null, glare: 0, override: 'dark' },
    finding_id: null,
    of: null,
  },
  'photo.retracted': { photo_id: 'p', reason: null },
  'custody.handed_over': { unit_ids: ['u'], from: 'a', to: 'b', condition: 'intact', note: null },
  'issue.raised': { issue_id: 'i', code: 'c', unit_id: null, note: null },
  'note.added': { text: '' },
  'signoff.recorded': {
    outcome: 'absent',
    reason: 'r',
    statement_sha256: digest,
    statement_size: 1,
    strokes_sha256: null,
    strokes_size: null,
    typed_name: null,
    name: null,
    relation: 'other',
    language: 'zh-Hans',
    finding_id: null,
  },
  'job.created': {
    order_ref: 'o',
    platform: null,
    services: ['install'],
    customer: { name: 'n', phone: '1', language: 'en' },
    address: { lines: ['l'], city: 'c', postcode: null, lat_e6: null, lon_e6: 1, access: null },
    units: [{ unit_id: 'u', gtin: '1', category: 'c', name: 'n', serial: null, components: [{ component_id: 'c', name: 'n', serial: 's' }] }],
    note: null,
  },
  'job.scheduled': { slot: { from: '2026-11-22T09:00:00.000Z', to: '2026-11-22T11:00:00.000Z' } },
  'job.dispatched': { visit_id: 'v', station_id: 's', crew: ['a'], standards: [{ standard_id: 's', version: '1', digest }] },
  'job.amended': { customer: null, address: null, note: null },
  'job.cancelled': { reason: 'r' },
  'finding.opened': { ...placed, finding_id: 'f', photo_id: null, reason: 'r', note: null, mark: { x: 0, y: 0, w: 1, h: 1 } },
  'finding.closed': { finding_id: 'f', verdict: 'withdrawn', note: null },
  'job.returned': { finding_ids: ['f'], note: null },
  'job.approved': { note: null },
  'job.sealed': { proof_sha256: digest, proof_id: 'p' },
};

test('K1: the types speak of the kinds of the table', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(Object.keys(KINDS).sort());
});

describe.each(Object.entries(SAMPLES))('K1: %s', (kind, sample) => {
  test('has the members of the table', () => {
    expect(Object.keys(sample).sort()).toEqual(Object.keys(KINDS[kind]?.data ?? {}).sort());
    expect(dataProblem(kind, sample)).toBeNull();
  });

  test('is folded as what it is', () => {
    expect(Object.hasOwn(FACTS, kind)).toBe(isFact(kind));
    expect(Object.hasOwn(DECISIONS, kind)).toBe(!isFact(kind));
  });
});
