import { AppError } from '../../src/errors.js';
import { parseRawText, parseText } from '../../src/input/text.js';

function problemOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error.fields?.['name'];
    throw error;
  }
  return undefined;
}

describe('parseText', () => {
  test('trims and composes', () => {
    expect(parseText('  Zoe\u0308 ', 'name')).toBe('Zoë');
  });

  test('counts code points, not UTF-16 units', () => {
    expect(parseText('😀'.repeat(100), 'name', { max: 100 })).toHaveLength(200);
    expect(problemOf(() => parseText('😀'.repeat(101), 'name', { max: 100 }))).toBe(
      'must have at most 100 characters',
    );
  });

  test.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['a line break', 'a\r\nBcc: b'],
    ['an escape sequence', 'a\u001b[2J'],
    ['an override of the writing direction', 'gpj.\u202eexe'],
    ['a number', 5],
    ['nothing', undefined],
  ])('refuses %s', (_what, value) => {
    expect(problemOf(() => parseText(value, 'name'))).toBeDefined();
  });

  test('keeps line breaks where they are allowed', () => {
    expect(parseText('a\nb\tc', 'name', { multiline: true })).toBe('a\nb\tc');
  });

  test('asks for a least length after trimming', () => {
    expect(problemOf(() => parseText('   ', 'name', { min: 1 }))).toBe('must not be empty');
  });

  test('refuses a megabyte of blanks', () => {
    expect(problemOf(() => parseText(' '.repeat(1_000_000), 'name', { max: 100 }))).toBeDefined();
  });
});

test('parseRawText keeps a secret as it was sent', () => {
  expect(parseRawText('  pa\u0308ss ', 'name', 10)).toBe('  pa\u0308ss ');
});
