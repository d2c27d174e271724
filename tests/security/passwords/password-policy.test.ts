import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '../../../src/errors.js';
import { loadBreachedPasswords } from '../../../src/security/passwords/breached-passwords.js';
import { checkNewPassword } from '../../../src/security/passwords/password-policy.js';

const policy = { minLength: 12, serviceName: 'Custodia', breached: loadBreachedPasswords() };
const about = { email: 'grace.hopper+navy@example.com' };
const GOOD = 'plum tractor 81 violet';

function refusal(password: string, field?: string): AppError {
  try {
    checkNewPassword(password, about, policy, field);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('The password was accepted.');
}

test.each([
  ['a phrase', GOOD],
  ['12 code points', 'x7#qW!m2Zp9k'],
  ['12 code points outside the basic plane', '🦄🪐🌵🎈🧭🪁🛶🧲🪤🧶🎻🪙'],
  ['256 code points', '🦄'.repeat(256)],
  ['no rule of composition: one class of characters', 'vqzjxkwpfyhm'],
])('accepted: %s', (_, password) => {
  expect(checkNewPassword(password, about, policy)).toBe(password);
});

test('an account without an address has a policy too', () => {
  expect(checkNewPassword(GOOD, { email: null }, policy)).toBe(GOOD);
});

test.each([
  ['PASSWORD_TOO_SHORT', ''],
  ['PASSWORD_TOO_SHORT', 'x7#qW!m2Zp9'],
  ['PASSWORD_TOO_SHORT', '🦄🪐🌵🎈🧭🪁🛶🧲🪤🧶🎻'],
  ['PASSWORD_TOO_SHORT', 'e\u0301'.repeat(11)],
  ['PASSWORD_TOO_LONG', `${GOOD}${'x'.repeat(256)}`],
  ['PASSWORD_TOO_LONG', 'a'.repeat(1_000_000)],
  ['PASSWORD_TOO_LONG', '\ud800'.repeat(1_000_000)],
  ['PASSWORD_BREACHED', '123456123456'],
  ['PASSWORD_BREACHED', 'QwertyQwerty'],
  ['PASSWORD_CONTAINS_IDENTITY', 'plum Grace.Hopper+Navy@EXAMPLE.com 81'],
  ['PASSWORD_CONTAINS_IDENTITY', 'plum GRACE.hopper+navy 81'],
  ['PASSWORD_CONTAINS_IDENTITY', 'plum grace.hopper 81'],
  ['PASSWORD_CONTAINS_IDENTITY', 'my cuSTodia password 81'],
  ['BAD_USER_INPUT', 'plum tractor\0 violet'],
  ['BAD_USER_INPUT', 'plum tractor \ud800 violet'],
  ['BAD_USER_INPUT', 'plum tractor \udc00\ud800 violet'],
])('%s: %j', (code, password) => {
  const error = refusal(password);
  expect(error).toBeInstanceOf(AppError);
  expect(error.code).toBe(code);
  expect(Object.keys(error.fields ?? {})).toEqual(['password']);
});

test('the error names the caller’s field and never quotes the password', () => {
  const error = refusal('x7#qW!m2Zp9', 'newPassword');
  expect(error.fields).toEqual({ newPassword: 'must have at least 12 characters' });
  expect(JSON.stringify({ ...error, message: error.message })).not.toContain('x7#qW');
});

test('short local parts and names forbid nothing', () => {
  const short = { ...policy, serviceName: 'ID' };
  expect(checkNewPassword('violet bob hid 81', { email: 'bob@example.com' }, short)).toBe(
    'violet bob hid 81',
  );
});

test('a service name of two words is found without its space too', () => {
  const named = { ...policy, serviceName: 'Acme Accounts' };
  expect(() => checkNewPassword('my acmeaccounts 81', about, named)).toThrow(AppError);
});

test('the identity is found in whatever Unicode form', () => {
  const email = 'ren\u00e9e@example.com';
  expect(() => checkNewPassword('plum RENE\u0301E 81 violet', { email }, policy)).toThrow(AppError);
});

test('the normal form is what comes back', () => {
  expect(checkNewPassword('cafe\u0301 tractor 81', about, policy)).toBe('caf\u00e9 tractor 81');
});

test('the limits of length follow the normal form', () => {
  const composed = 'e\u0301'.repeat(256);
  expect(checkNewPassword(composed, about, policy)).toBe('\u00e9'.repeat(256));
});

const naughtyFile = new URL('../../../../shared/vectors/naughty-strings.json', import.meta.url);
const naughtyTest = existsSync(naughtyFile) ? test : test.skip;
naughtyTest(
  'naughty strings are accepted in NFC or refused with a code (skipped without ../shared/vectors)',
  () => {
    const strings = JSON.parse(readFileSync(naughtyFile, 'utf8')) as string[];
    expect(strings.length).toBeGreaterThan(400);
    for (const text of [...strings, ...strings.map((start) => `${start} plum tractor 81`)]) {
      try {
        expect(checkNewPassword(text, about, policy)).toBe(text.normalize('NFC'));
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).code).toMatch(/^PASSWORD_TOO_(SHORT|LONG)$/);
      }
    }
  },
);
