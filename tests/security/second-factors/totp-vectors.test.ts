import { fromBase32, toBase32 } from '../../../src/security/second-factors/base32.js';
import {
  createTotpSecret,
  findTotpStep,
  hotp,
  otpauthUri,
  totpStepOf,
} from '../../../src/security/second-factors/totp.js';

const SEED = '12345678901234567890';
const KEYS = {
  sha1: Buffer.from(SEED),
  sha256: Buffer.from(SEED.repeat(2).slice(0, 32)),
  sha512: Buffer.from(SEED.repeat(4).slice(0, 64)),
};

// RFC 6238, appendix B: seconds since the epoch, the step in hexadecimal, and the codes of eight digits.
const RFC_6238 = [
  [59, '0000000000000001', '94287082', '46119246', '90693936'],
  [1111111109, '00000000023523EC', '07081804', '68084774', '25091201'],
  [1111111111, '00000000023523ED', '14050471', '67062674', '99943326'],
  [1234567890, '000000000273EF07', '89005924', '91819424', '93441116'],
  [2000000000, '0000000003F940AA', '69279037', '90698825', '38618901'],
  [20000000000, '0000000027BC86AA', '65353130', '77737706', '47863826'],
] as const;

test.each(RFC_6238)('RFC 6238 at %i seconds', (seconds, hex, sha1, sha256, sha512) => {
  const step = totpStepOf(new Date(seconds * 1000));
  expect(step).toBe(Number.parseInt(hex, 16));
  expect(hotp(KEYS.sha1, step, { digits: 8, algorithm: 'sha1' })).toBe(sha1);
  expect(hotp(KEYS.sha256, step, { digits: 8, algorithm: 'sha256' })).toBe(sha256);
  expect(hotp(KEYS.sha512, step, { digits: 8, algorithm: 'sha512' })).toBe(sha512);
});

// RFC 4226, appendix D.
const RFC_4226 = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
];

test.each([...RFC_4226.entries()])('RFC 4226 with counter %i', (counter, code) => {
  expect(hotp(KEYS.sha1, counter)).toBe(code);
});

// RFC 4648, section 10, without padding.
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base 32 of %j', (text, encoded) => {
  expect(toBase32(Buffer.from(text))).toBe(encoded);
  expect(fromBase32(encoded).toString()).toBe(text);
});

test('base 32 refuses what is not in its alphabet', () => {
  for (const text of ['MZXW6===', 'mzxw6', '01', 'MZ XW']) expect(() => fromBase32(text)).toThrow(RangeError);
});

test('a code counts in its own step and in the two beside it, and in no other', () => {
  const secret = createTotpSecret();
  const now = new Date('2026-11-23T12:00:10Z');
  const step = totpStepOf(now);
  const found = [-2, -1, 0, 1, 2].map((distance) =>
    findTotpStep(secret, hotp(fromBase32(secret), step + distance), now),
  );
  expect(found).toEqual([null, step - 1, step, step + 1, null]);
});

test('spaces and hyphens of a code do not count; anything else is no code', () => {
  const secret = createTotpSecret();
  const now = new Date('2026-11-23T12:00:10Z');
  const code = hotp(fromBase32(secret), totpStepOf(now));
  expect(findTotpStep(secret, ` ${code.slice(0, 3)} ${code.slice(3)}`, now)).toBe(totpStepOf(now));
  for (const wrong of ['', code.slice(1), `${code}0`, 'ääääää', '１２３４５６', '0'.repeat(100_000)]) {
    expect(findTotpStep(secret, wrong, now)).toBeNull();
  }
});

test('a secret has 160 bits, and its address is one that authenticator apps read', () => {
  const secret = createTotpSecret();
  expect(fromBase32(secret)).toHaveLength(20);
  const uri = new URL(otpauthUri({ secret, issuer: 'Acme: Sons & Co', account: 'ada+test@example.com' }));
  expect(uri.protocol).toBe('otpauth:');
  expect(uri.host).toBe('totp');
  expect(decodeURIComponent(uri.pathname)).toBe('/Acme  Sons & Co:ada+test@example.com');
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    secret,
    issuer: 'Acme  Sons & Co',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
});
