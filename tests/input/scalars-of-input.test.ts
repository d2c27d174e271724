import { parseDateTime } from '../../src/input/date-time.js';
import { parseHttpUrl } from '../../src/input/http-url.js';
import { parseJsonObject } from '../../src/input/json-object.js';
import { parsePhoneNumber } from '../../src/input/phone-number.js';
import { parseUuid } from '../../src/input/uuid.js';

const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT' });

describe('parsePhoneNumber', () => {
  test.each(['+4915112345678', '+1234567'])('takes %s', (value) => {
    expect(parsePhoneNumber(value, 'phone')).toBe(value);
  });

  test.each([
    '+0123456789',
    '4915112345678',
    '+123456',
    '+1234567890123456',
    '+49 151 12345678',
    '+49151\n',
    '+٤٩١٥١١٢٣٤٥٦',
    49151,
    null,
  ])('refuses %j', (value) => {
    expect(() => parsePhoneNumber(value, 'phone')).toThrow(refusal);
  });
});

describe('parseHttpUrl', () => {
  test.each([
    ['https://example.com/a.png?b=c#d', 'https://example.com/a.png?b=c#d'],
    ['HTTP://EXAMPLE.com', 'http://example.com/'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
  ])('%s becomes %s', (value, url) => {
    expect(parseHttpUrl(value, 'url')).toBe(url);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,<script>',
    'ftp://example.com/',
    '//example.com/',
    'https:example.com',
    'https:\\\\example.com',
    'https://user:pass@example.com/',
    'https://user@example.com/',
    'https://exa\nmple.com/',
    'https://exam ple.com/',
    'java\nscript:alert(1)',
    'https://',
    `https://example.com/${'a'.repeat(2048)}`,
    `https://example.com/${'ä'.repeat(1000)}`,
    'https://example.com/\ud800',
    'https://example.com/\0',
    null,
    {},
  ])('refuses %j', (value) => {
    expect(() => parseHttpUrl(value, 'url')).toThrow(refusal);
  });
});

describe('parseDateTime', () => {
  test.each([
    ['2026-11-23T15:04:05Z', '2026-11-23T15:04:05.000Z'],
    ['2026-11-23T15:04:05.123456Z', '2026-11-23T15:04:05.123Z'],
    ['2026-11-23T15:04:05+02:00', '2026-11-23T13:04:05.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (value, iso) => {
    expect(parseDateTime(value, 'at').toISOString()).toBe(iso);
  });

  test.each([
    '2026-11-23',
    '2026-11-23T15:04:05',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T23:59:60Z',
    '2026-11-23 15:04:05Z',
    'now',
    1700000000000,
    null,
  ])('refuses %j', (value) => {
    expect(() => parseDateTime(value, 'at')).toThrow(refusal);
  });
});

describe('parseJsonObject', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

  test('takes objects of every kind of value', () => {
    const value = { a: [1, 'two', null, true, { b: {} }], ключ: '😀' };
    expect(parseJsonObject(value, 'preferences')).toEqual(value);
    expect(parseJsonObject(nested(20), 'preferences')).toEqual(nested(20));
  });

  test.each([
    ['a list', []],
    ['a date', new Date(0)],
    ['a string', '{}'],
    ['null', null],
    ['a key __proto__', JSON.parse('{"a":[{"__proto__":{"admin":true}}]}')],
    ['a key constructor', { constructor: {} }],
    ['a key prototype', { a: { prototype: 1 } }],
    ['NUL in a value', { a: 'b\0' }],
    ['NUL in a key', { 'a\0': 1 }],
    ['half a surrogate pair', { a: ['\udc00'] }],
    ['21 levels', nested(21)],
    ['an infinite number', { a: Infinity }],
    ['more bytes than allowed', { a: 'é'.repeat(10_000) }],
  ])('refuses %s', (_what, value) => {
    expect(() => parseJsonObject(value, 'preferences', 16 * 1024)).toThrow(refusal);
  });

  test('refuses a very deep object without running out of stack', () => {
    expect(() => parseJsonObject(nested(5_000), 'preferences')).toThrow(refusal);
  });
});

test('parseUuid takes any version in lower case and nothing else', () => {
  expect(parseUuid('3F2504E0-4F89-41D3-9A0C-0305E82C3301', 'id')).toBe(
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  );
  for (const value of [
    '3f2504e0',
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301' OR 1=1",
    '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}',
    1,
    null,
  ]) {
    expect(() => parseUuid(value, 'id')).toThrow(refusal);
  }
});
