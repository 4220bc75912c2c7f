import { describe, expect, it } from 'vitest';
import protocol from '../../../../../docs/PROTOCOL.md?raw';
import { ranked } from './queue/risk';
import { anomalyText, anomalyTitle, anomalyWords, notProof } from './words-anomalies';

/** The fold's own sources say which codes there are. */
const SOURCES = import.meta.glob<string>('../../domain/*.ts', { query: '?raw', import: 'default', eager: true });

function foldCodes(): string[] {
  const text = Object.entries(SOURCES).filter(([path]) => !path.includes('.test.')).map(([, source]) => source).join('\n');
  const calls = [...text.matchAll(/addAnomaly\(state, event, ([^;]+)\);/g)].map((call) => call[1] ?? '');
  // The fold's condition for a cancelled job compares a stage of the same name; only quoted words are codes.
  return calls.flatMap((call) => [...call.matchAll(/'([a-z_]+)'/g)].map((word) => word[1] ?? ''));
}

/** The codes in backticks of one numbered rule of the protocol. */
function ruleCodes(rule: string): string[] {
  const text = new RegExp(`\\*\\*${rule}\\*\\*([\\s\\S]*?)(?=\\n- \\*\\*|\\n## )`).exec(protocol)?.[1] ?? '';
  return [...text.matchAll(/`([a-z_]+)`/g)].map((word) => word[1] ?? '').filter((word) => !['flags', 'sig', 'event_id', 'device_time'].includes(word));
}

describe('words for what is unusual', () => {
  const all = [...new Set([...foldCodes(), ...ruleCodes('S7'), ...ruleCodes('S15')])];

  it('are asked for by fold and protocol', () => {
    expect(foldCodes()).toEqual(expect.arrayContaining(['late', 'conflict', 'serial_mismatch', 'custody_gap', 'unknown_kind', 'redacted']));
    expect(ruleCodes('S7')).toEqual(expect.arrayContaining(['oversized', 'fork']));
    expect(ruleCodes('S15')).toEqual(expect.arrayContaining(['clock_skew', 'device_revoked']));
  });

  it.each(all)('exist for %s: what it is, what happened, why it is not proof', (code) => {
    expect(anomalyTitle.has(code)).toBe(true);
    expect(anomalyText.has(code)).toBe(true);
    expect(notProof.has(code)).toBe(true);
  });

  it('show an unknown code as it is', () => {
    expect(anomalyWords('brand_new')).toEqual({ title: 'brand_new', text: '', notProof: '' });
    expect(anomalyWords('constructor').text).toBe('');
  });

  it('rank every code, and put first what nobody has weighed', () => {
    expect(ranked(['late', 'fork', 'late'])).toEqual(['fork', 'late']);
    expect(ranked(['fork', 'brand_new'])[0]).toBe('brand_new');
    for (const code of all) expect(ranked([code, 'brand_new'])[0], code).toBe('brand_new');
  });
});
