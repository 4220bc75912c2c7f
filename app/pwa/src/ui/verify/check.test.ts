import { beforeAll, describe, expect, it } from 'vitest';
import { fromB64, lines, toB64, utf8 } from '../../domain/log';
import { checkFile, compactOf, FORMAT, judge, readCompact, type OfficeKey, type Seal } from './check';

const PROOF_ID = '0193f2b0-0000-7000-8000-000000000001';
const SEALED_AT = '2026-11-22T17:42:00.123Z';
const KEY_ID = 'a1b2c3d4e5f60718';

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', utf8(text))).toString('hex');
}

interface Office {
  readonly key: OfficeKey;
  readonly sign: (text: string, members?: Partial<Seal>) => Promise<Seal>;
}

async function office(key_id: string): Promise<Office> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const sign = async (text: string, members: Partial<Seal> = {}): Promise<Seal> => {
    const said = { proof_id: PROOF_ID, sha256: await sha256(text), sealed_at: SEALED_AT, key_id, ...members };
    const signed = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, lines(FORMAT, said.proof_id, said.sha256, said.sealed_at, said.key_id));
    return { ...said, sig: toB64(new Uint8Array(signed)) };
  };
  return { key: { key_id, alg: 'ES256', public_key: await crypto.subtle.exportKey('jwk', pair.publicKey) }, sign };
}

const DOCUMENT = JSON.stringify({ format: FORMAT, proof_id: PROOF_ID, sealed_at: SEALED_AT, job: { customer: '王丽' } }, null, 1);

let ours: Office;
let others: Office;
let seal: Seal;
let file: { document: string; sha256: string; sig: string; key_id: string; public_key: JsonWebKey };

beforeAll(async () => {
  ours = await office(KEY_ID);
  others = await office('ffffffffffffffff');
  seal = await ours.sign(DOCUMENT);
  file = { document: DOCUMENT, sha256: seal.sha256, sig: seal.sig, key_id: KEY_ID, public_key: ours.key.public_key };
});

describe('the short form', () => {
  it('comes back as it was', () => {
    expect(readCompact(`#${compactOf(seal)}`)).toEqual(seal);
  });

  it.each([
    ['nothing', () => ''],
    ['too few parts', () => compactOf(seal).split('.').slice(1).join('.')],
    ['too many parts', () => `${compactOf(seal)}.x`],
    ['a cut end', () => compactOf(seal).slice(0, -3)],
    ['a digest of another length', () => compactOf(seal).replace(/^([^.]+)\.[^.]+/, '$1.AAAA')],
    ['a time that is no number', () => compactOf(seal).replace(/\.\d+\./, '.1e3.')],
    ['a time beyond all calendars', () => compactOf(seal).replace(/\.\d+\./, '.999999999999999.')],
    ['letters that are not base64url', () => compactOf(seal).replace(/.$/, '=')],
    ['markup', () => '<img src=x>.a.1.k.s'],
    ['a line feed in the id', () => compactOf(seal).replace(/^./, '\n')],
  ])('is refused with %s', (_name, fragment) => {
    expect(readCompact(fragment())).toBeNull();
  });
});

describe('the seal', () => {
  it('is genuine with the office’s key', async () => {
    expect(await judge(seal, [others.key, ours.key])).toBe('genuine');
  });

  it.each([
    ['another proof', { proof_id: '0193f2b0-0000-7000-8000-000000000002' }],
    ['another digest', { sha256: '0'.repeat(64) }],
    ['a time one millisecond later', { sealed_at: '2026-11-22T17:42:00.124Z' }],
    ['a signature with one bit turned', null],
    ['no signature', { sig: '' }],
    ['a signature that is no base64url', { sig: '???' }],
    ['a signature of zeros', { sig: toB64(new Uint8Array(64)) }],
  ])('is forged when it is put on %s', async (_name, changed) => {
    const turned = fromB64(seal.sig);
    turned[10] = (turned[10] ?? 0) ^ 1;
    expect(await judge({ ...seal, ...(changed ?? { sig: toB64(turned) }) }, [ours.key])).toBe('forged');
  });

  it('is not ours when the key is not, whoever signed', async () => {
    expect(await judge(await others.sign(DOCUMENT), [ours.key])).toBe('unknown_key');
    expect(await judge(seal, [])).toBe('unknown_key');
  });

  it('is forged when another key signed under our key’s name', async () => {
    expect(await judge(await others.sign(DOCUMENT, { key_id: KEY_ID }), [ours.key])).toBe('forged');
  });

  it('is left open without keys, and refused with a key that cannot be read or is of another kind', async () => {
    expect(await judge(seal, null)).toBe('no_keys');
    expect(await judge(seal, [{ ...ours.key, public_key: { kty: 'EC' } }])).toBe('forged');
    expect(await judge(seal, [{ ...ours.key, alg: 'none' }])).toBe('unknown_key');
  });
});

describe('a proof file', () => {
  const check = (changed: object = {}) => checkFile(JSON.stringify({ ...file, ...changed }), [ours.key]);

  it('is genuine when nothing was changed', async () => {
    const result = await check();
    expect(result).toMatchObject({ judgement: 'genuine', seal: { proof_id: PROOF_ID, sealed_at: SEALED_AT } });
  });

  it('is changed when one character of the text is', async () => {
    expect(await check({ document: DOCUMENT.replace('王丽', '王莉') })).toMatchObject({ judgement: 'changed', stated: seal.sha256 });
    expect(await check({ document: `${DOCUMENT} ` })).toMatchObject({ judgement: 'changed' });
  });

  it('is forged when the digest was made to fit the changed text', async () => {
    const document = DOCUMENT.replace('王丽', '王莉');
    expect(await check({ document, sha256: await sha256(document) })).toMatchObject({ judgement: 'forged' });
  });

  it('is forged when the text states another time or number than was signed', async () => {
    for (const document of [DOCUMENT.replace(SEALED_AT, '2026-11-23T17:42:00.123Z'), DOCUMENT.replace('000000000001', '000000000002')]) {
      expect(await check({ document, sha256: await sha256(document) })).toMatchObject({ judgement: 'forged' });
    }
  });

  it('is not believed for the key that it brings along', async () => {
    const forged = await others.sign(DOCUMENT);
    expect(await check({ sig: forged.sig, key_id: forged.key_id, public_key: others.key.public_key })).toMatchObject({ judgement: 'unknown_key' });
    expect(await check({ sig: (await others.sign(DOCUMENT, { key_id: KEY_ID })).sig, public_key: others.key.public_key })).toMatchObject({ judgement: 'forged' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['an empty file', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['an object without members', '{}'],
    ['a document that is no text', JSON.stringify({ document: {}, sha256: 'x', sig: 'x', key_id: 'x' })],
    ['a document that is no JSON', JSON.stringify({ document: 'x', sha256: 'x', sig: 'x', key_id: 'x' })],
    ['another format', JSON.stringify({ document: '{"format":"doorstep-proof-v9","proof_id":"p","sealed_at":"2026-11-22T17:42:00.123Z"}', sha256: 'x', sig: 'x', key_id: 'x' })],
    ['half a surrogate pair', JSON.stringify({ document: '{"format":"doorstep-proof-v1","a":"\ud800"}', sha256: 'x', sig: 'x', key_id: 'x' })],
  ])('is none: %s', async (_name, text) => {
    expect(await checkFile(text, [ours.key])).toEqual({ judgement: 'not_a_file' });
  });

  it('is read without keys, and left open', async () => {
    expect(await checkFile(JSON.stringify(file), null)).toMatchObject({ judgement: 'no_keys' });
  });
});
