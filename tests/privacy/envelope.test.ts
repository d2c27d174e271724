import { createDataKeys, type UserKey } from '../../src/privacy/data-keys.js';
import { ENVELOPE_PATTERN, openText, sealText } from '../../src/privacy/envelope.js';
import { SealedValueError, UnsafeQueryError } from '../../src/privacy/privacy-errors.js';
import { testKeyRing } from '../setup/test-keys.js';

const USER = '0b6c8f5e-4a1d-4d6e-9a57-2f0e5c1d7b33';
const place = { model: 'User', field: 'email', rowId: USER };

/** A key whose bytes are known, for the golden vector. */
function fixedKey(generations: number[], active: number, userId = USER): UserKey {
  const secrets = new Map(generations.map((generation) => [generation, Buffer.alloc(32, generation)]));
  return {
    userId,
    active: { generation: active, secret: secrets.get(active)! },
    find: (generation) => secrets.get(generation),
  };
}

test('the format stays as it is: what is stored today must open tomorrow', () => {
  const envelope = sealText(fixedKey([1], 1), place, 'ada@example.com', Buffer.alloc(12, 7));
  expect(envelope).toBe('c1.1.BwcHBwcHBwcHBwcH7JeL5GrW0Mxp9mEexa8K9VPJuZlzgc42ZwCK-IBZug');
  expect(openText(fixedKey([1], 1), place, envelope)).toBe('ada@example.com');
});

test('an envelope matches the pattern of the CHECK constraint, for the empty text too', () => {
  for (const text of ['', 'a', 'ada@example.com', 'x'.repeat(10_000)]) {
    expect(sealText(fixedKey([1], 1), place, text)).toMatch(new RegExp(ENVELOPE_PATTERN));
  }
});

test('the same text never seals alike', () => {
  const sealed = Array.from({ length: 2_000 }, () => sealText(fixedKey([1], 1), place, 'same'));
  expect(new Set(sealed).size).toBe(sealed.length);
});

test('a key of several generations seals with the newest and opens all', () => {
  const old = sealText(fixedKey([1], 1), place, 'old');
  const rotated = fixedKey([1, 2], 2);
  expect(openText(rotated, place, old)).toBe('old');
  expect(sealText(rotated, place, 'new')).toMatch(/^c1\.2\./);
  expect(() => openText(fixedKey([2], 2), place, old)).toThrow(SealedValueError);
});

test.each([
  ['another row', { ...place, rowId: USER.replace('0', '1') }],
  ['another field', { ...place, field: 'passwordHash' }],
  ['another model', { ...place, model: 'OneTimeToken' }],
])('does not open in %s', (_, elsewhere) => {
  const envelope = sealText(fixedKey([1], 1), place, 'ada@example.com');
  expect(() => openText(fixedKey([1], 1), elsewhere, envelope)).toThrow(SealedValueError);
});

test('does not open for another user, even under the same key', () => {
  const envelope = sealText(fixedKey([1], 1), place, 'ada@example.com');
  expect(() => openText(fixedKey([1], 1, USER.replace('0', '1')), place, envelope)).toThrow(SealedValueError);
});

test('the parts of the associated data cannot be shifted into one another', () => {
  const envelope = sealText(fixedKey([1], 1), { model: 'User', field: 'email', rowId: 'x' }, 'text');
  expect(() => openText(fixedKey([1], 1), { model: 'Usere', field: 'mail', rowId: 'x' }, envelope)).toThrow(
    SealedValueError,
  );
});

test('no character of an envelope can be changed, added or removed', () => {
  const key = fixedKey([1, 2], 1);
  const envelope = sealText(key, place, 'ada');
  const spellings = new Set<string>();
  for (let at = 0; at < envelope.length; at += 1) {
    for (const letter of 'AQgw-_+/=.019c ')
      spellings.add(envelope.slice(0, at) + letter + envelope.slice(at + 1));
    spellings.add(envelope.slice(0, at) + envelope.slice(at + 1));
    spellings.add(`${envelope.slice(0, at)}A${envelope.slice(at)}`);
  }
  spellings
    .add(`${envelope}=`)
    .add(`${envelope}\n`)
    .add(` ${envelope}`)
    .add(envelope.replace('c1.1.', 'c1.01.'));
  spellings.delete(envelope);
  for (const changed of spellings) expect(() => openText(key, place, changed)).toThrow(SealedValueError);
});

test('an error names the place and never the value', () => {
  const envelope = sealText(fixedKey([1], 1), place, 'ada@example.com');
  const open = () => openText(fixedKey([3], 3), place, envelope);
  expect(open).toThrow(/User\.email/);
  expect(open).not.toThrow(envelope.slice(5, 20));
  expect(() => sealText(fixedKey([1], 1), place, 'secret\ud800')).toThrow(UnsafeQueryError);
  expect(() => sealText(fixedKey([1], 1), place, 'secret\ud800')).not.toThrow(/secret/);
});

test('a wrapped data key opens for its user only', async () => {
  const dataKeys = createDataKeys({ encryption: testKeyRing().encryption });
  const { wrapped, key } = await dataKeys.create(USER);
  expect((await dataKeys.open(USER, wrapped)).active.secret).toEqual(key.active.secret);
  expect(dataKeys.findOpen(USER, wrapped)).toBeDefined();
  const other = USER.replace('0', '1');
  expect(dataKeys.findOpen(other, wrapped)).toBeUndefined();
  await expect(dataKeys.open(other, wrapped)).rejects.toThrow(SealedValueError);
  for (const changed of [
    wrapped.replace('w1', 'w2'),
    wrapped.replace('.k1.', '.k2.'),
    `${wrapped}A`,
    `${wrapped}.`,
    '',
  ]) {
    await expect(dataKeys.open(USER, changed)).rejects.toThrow(SealedValueError);
  }
});
