import { hkdfSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { decrypt, encrypt } from '../../src/privacy/aead.js';
import { hmacSha256 } from '../../src/privacy/search-index.js';

type Names = 'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag' | 'result' | 'ikm' | 'salt' | 'info' | 'okm';

interface Group {
  keySize: number;
  ivSize?: number;
  tagSize: number;
  tests: (Record<Names, string> & { size: number })[];
}

const folder = '../shared/vectors';
const present = existsSync(folder);
if (!present) console.warn(`Skipped: the Wycheproof vectors are not in ${folder}`);
const whenPresent = present ? test : test.skip;

const hex = (text: string) => Buffer.from(text, 'hex');
const groups = (name: string) =>
  (JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as { testGroups: Group[] }).testGroups;

whenPresent('AES-256-GCM answers as Wycheproof says', () => {
  let checked = 0;
  for (const group of groups('wycheproof-aes_gcm_test.json')) {
    if (group.keySize !== 256 || group.ivSize !== 96 || group.tagSize !== 128) continue;
    for (const { key, iv, aad, msg, ct, tag, result } of group.tests) {
      const sealed = Buffer.concat([hex(iv), hex(ct), hex(tag)]);
      const opened = decrypt(hex(key), sealed, hex(aad));
      if (result === 'valid') {
        expect(opened).toEqual(hex(msg));
        expect(encrypt(hex(key), hex(msg), hex(aad), hex(iv))).toEqual(sealed);
      } else {
        expect(opened).toBeNull();
      }
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(50);
});

whenPresent('HMAC-SHA-256 answers as Wycheproof says', () => {
  let checked = 0;
  for (const group of groups('wycheproof-hmac_sha256_test.json')) {
    if (group.tagSize !== 256) continue;
    for (const { key, msg, tag, result } of group.tests) {
      expect(hmacSha256(hex(key), hex(msg)).equals(hex(tag))).toBe(result === 'valid');
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(50);
});

// HKDF derives the key under which a refresh token's successor lies, by the same call of node:crypto.
const hkdf = (ikm: string, salt: string, info: string, size: number) =>
  Buffer.from(hkdfSync('sha256', hex(ikm), hex(salt), hex(info), size)).toString('hex');

whenPresent('HKDF-SHA-256 answers as Wycheproof says', () => {
  let checked = 0;
  for (const group of groups('wycheproof-hkdf_sha256_test.json')) {
    for (const { ikm, salt, info, size, okm, result } of group.tests) {
      if (result === 'valid') expect(hkdf(ikm, salt, info, size)).toBe(okm);
      else expect(() => hkdf(ikm, salt, info, size)).toThrow();
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(50);
});

const upTo = (from: number, to: number) =>
  Buffer.from(Array.from({ length: to - from + 1 }, (_, n) => from + n)).toString('hex');

test.each([
  [
    'A.1',
    '0b'.repeat(22),
    upTo(0x00, 0x0c),
    upTo(0xf0, 0xf9),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  ],
  [
    'A.2',
    upTo(0x00, 0x4f),
    upTo(0x60, 0xaf),
    upTo(0xb0, 0xff),
    'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  ],
  [
    'A.3',
    '0b'.repeat(22),
    '',
    '',
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  ],
])('HKDF-SHA-256 computes the vector of RFC 5869, appendix %s', (_name, ikm, salt, info, okm) => {
  expect(hkdf(ikm, salt, info, okm.length / 2)).toBe(okm);
});
