import { parseEmailAddress } from '../../src/input/email-address.js';

test.each([
  ['anna@example.com', 'anna@example.com'],
  ['  Anna.Smith+news@EXAMPLE.Com  ', 'Anna.Smith+news@example.com'],
  ["o'brien@mail.example.com", "o'brien@mail.example.com"],
  ['anna@bücher.example.com', 'anna@xn--bcher-kva.example.com'],
  ['Zoe\u0308@example.com', 'Zoë@example.com'],
])('%s becomes %s', (value, address) => {
  expect(parseEmailAddress(value, 'email')).toBe(address);
});

test.each([
  'anna',
  '@example.com',
  'anna@',
  'anna@localhost',
  'anna@@example.com',
  'a@b@example.com',
  '.anna@example.com',
  'anna.@example.com',
  'an..na@example.com',
  'anna@-example.com',
  'anna@example-.com',
  'anna@example..com',
  'anna@example.com.',
  'anna@example.123',
  'anna@127.0.0.1',
  'anna@[127.0.0.1]',
  'Anna <anna@example.com>',
  '"anna smith"@example.com',
  'anna(comment)@example.com',
  'anna@example.com,bob@example.com',
  'anna@example.com;bob@example.com',
  'anna@example.com\r\nBcc: bob@example.com',
  'anna\r\nBcc:bob@example.com',
  'anna@exam\nple.com',
  'an\0na@example.com',
  'an\u200bna@example.com',
  'an\u202ena@example.com',
  'an\ud800na@example.com',
  'anna smith@example.com',
  'anna@exam%70le.com',
  'anna@example.com/path',
  'anna@example.com:25',
  `${'a'.repeat(65)}@example.com`,
  `${'é'.repeat(40)}@example.com`,
  `anna@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example.com`,
  'a'.repeat(1_000_000),
  '',
  null,
  undefined,
  7,
  ['anna@example.com'],
  { toString: () => 'anna@example.com' },
])('refuses %j', (value) => {
  expect(() => parseEmailAddress(value, 'email')).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', fields: { email: 'must be an e-mail address' } }),
  );
});
