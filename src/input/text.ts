import { badInput } from '../errors.js';

/** The longest string that any API takes unless it says otherwise, in code points. */
export const MAX_TEXT_LENGTH = 10_000;

export interface TextOptions {
  /** Most code points after trimming and NFC; 10,000 unless told. */
  max?: number;
  /** Least code points; 0 unless told. */
  min?: number;
  /** Whether line breaks and tabs may stand in it; false unless told. */
  multiline?: boolean;
}

// U+202A–202E and U+2066–2069 reorder what follows them: in a name they would let a mail or a page lie.
const NOT_IN_A_LINE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const NOT_IN_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** What is wrong with the characters of a string for any use at all: NUL or half a surrogate pair; null if nothing. */
export function findBrokenCharacter(value: string): string | null {
  if (value.includes('\0')) return 'must not contain the character U+0000';
  if (!value.isWellFormed()) return 'must be well-formed Unicode';
  return null;
}

/** Whether `value` has more than `max` code points; looks no further than it must. */
export function isLongerThan(value: string, max: number): boolean {
  if (value.length <= max) return false;
  if (value.length > 2 * max) return true;
  return [...value].length > max;
}

/** A string as it was sent, refusing NUL, lone surrogates and more than `max` code points: for passwords and tokens. */
export function parseRawText(value: unknown, field: string, max = MAX_TEXT_LENGTH): string {
  if (typeof value !== 'string') throw badInput(field, 'must be a string');
  if (isLongerThan(value, max)) throw badInput(field, `must have at most ${max} characters`);
  const problem = findBrokenCharacter(value);
  if (problem) throw badInput(field, problem);
  return value;
}

/**
 * A text that people read: trimmed, in Unicode NFC, without control and text-reordering characters.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parseText(value: unknown, field: string, options: TextOptions = {}): string {
  const { max = MAX_TEXT_LENGTH, min = 0, multiline = false } = options;
  // Trimming happens after this first bound, so that a megabyte of blanks is refused before any work.
  const text = parseRawText(value, field, Math.max(2 * max, 64))
    .trim()
    .normalize('NFC');
  if ((multiline ? NOT_IN_LINES : NOT_IN_A_LINE).test(text)) {
    throw badInput(field, 'must not contain control characters');
  }
  if (isLongerThan(text, max)) throw badInput(field, `must have at most ${max} characters`);
  if ([...text].length < min) {
    throw badInput(field, min === 1 ? 'must not be empty' : `must have at least ${min} characters`);
  }
  return text;
}
