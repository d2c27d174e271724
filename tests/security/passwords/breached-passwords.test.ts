import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildBloomFilter, openBloomFilter } from '../../../src/security/passwords/bloom-filter.js';
import {
  BREACHED_FALSE_POSITIVE_RATE,
  createBreachedPasswords,
  loadBreachedPasswords,
} from '../../../src/security/passwords/breached-passwords.js';

const file = readFileSync(
  new URL('../../../src/security/passwords/breached-passwords.bloom', import.meta.url),
);
const breached = loadBreachedPasswords();

describe('the list that ships', () => {
  test('holds far more than the 100,000 most used', () => {
    expect(openBloomFilter(file).size).toBe(488_130);
  });

  test('has the checksum that its header says', () => {
    const computed = createHash('sha256')
      .update(file.subarray(0, 16))
      .update(file.subarray(48))
      .digest('hex');
    expect(computed).toBe(file.toString('hex', 16, 48));
  });

  test.each([
    'password', '12345678', '123456789', 'baseball', 'football', 'qwertyuiop', '1234567890', 'superman', '1qaz2wsx',
    'trustno1', '123qweasdzxc', '1qaz2wsx3edc', 'q1w2e3r4t5y6', 'qwerty123456', 'motherfucker', 'gfhjkmgfhjkm',
    '123456789987654321', 'unbelievable', 'chickenwing101', 'PolniyPizdec0211', '1qaz2wsx3edc4rfv', 'finalfantasy',
  ])('knows %s', (password) => {
    expect(breached.has(password)).toBe(true);
  }); // prettier-ignore

  test('knows them in capitals too', () => {
    expect(breached.has('UnBelievable')).toBe(true);
    expect(breached.has('QWERTY123456')).toBe(true);
  });

  test('does not know a phrase', () => {
    expect(breached.has('plum tractor 81 violet')).toBe(false);
  });

  test('refuses about one in a million of the others, by how full it is and by trial', () => {
    const [k, m, bits] = [file.readUInt8(5), file.readUInt32BE(8), file.subarray(48)];
    let ones = 0;
    for (let position = 0; position < m; position += 1) ones += (bits[position >> 3]! >> (position & 7)) & 1;
    expect((ones / m) ** k).toBeLessThan(3 * BREACHED_FALSE_POSITIVE_RATE);

    const filter = openBloomFilter(file);
    const texts = Array.from({ length: 200_000 }, (_, i) =>
      createHash('sha1').update(`${i}`).digest('base64'),
    );
    expect(texts.filter((text) => filter.has(text)).length).toBeLessThanOrEqual(1);
  });
});

describe('a Bloom filter', () => {
  const texts = new Set(Array.from({ length: 20_000 }, (_, i) => `known ${i}`));

  test('finds all that was put in and few others, at the rate asked for', () => {
    const filter = openBloomFilter(buildBloomFilter(texts, 0.01));
    expect([...texts].every((text) => filter.has(text))).toBe(true);
    const others = Array.from({ length: 100_000 }, (_, i) => `other ${i}`).filter((text) => filter.has(text));
    expect(others.length / 100_000).toBeGreaterThan(0.005);
    expect(others.length / 100_000).toBeLessThan(0.015);
  });

  test('is the same file for the same texts, in whatever order', () => {
    const file = buildBloomFilter(texts, BREACHED_FALSE_POSITIVE_RATE);
    expect(buildBloomFilter(new Set([...texts].reverse()), BREACHED_FALSE_POSITIVE_RATE).equals(file)).toBe(
      true,
    );
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['another kind of file', Buffer.from('PK'.repeat(100))],
    ['another version', Buffer.concat([Buffer.from('BLOM\x02'), file.subarray(5)])],
    ['a flipped bit', flip(file, file.length - 1)],
    ['a flipped bit in the header', flip(file, 9)],
    ['cut off', file.subarray(0, -1)],
  ])('refuses a damaged file: %s', (_, damaged) => {
    expect(() => openBloomFilter(damaged)).toThrow(/Bloom filter/);
  });

  test('of passwords is asked in NFC', () => {
    const list = createBreachedPasswords(
      openBloomFilter(buildBloomFilter(new Set(['caf\u00e9 caf\u00e9']), 1e-6)),
    );
    expect(list.has('cafe\u0301 Cafe\u0301')).toBe(true);
  });
});

function flip(original: Buffer, index: number): Buffer {
  const copy = Buffer.from(original);
  copy[index]! ^= 1;
  return copy;
}
