import { existsSync, readFileSync } from 'node:fs';
import { decrypt, encrypt } from '../../src/privacy/aead.js';
import { hmacSha256 } from '../../src/privacy/search-index.js';

interface Group {
  keySize: number;
  ivSize?: number;
  tagSize: number;
  tests: Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag' | 'result' | 'tcId', string>[];
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
