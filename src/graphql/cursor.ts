import { badInput } from '../errors.js';
import { findBrokenCharacter } from '../input/text.js';

const MAX_CURSOR_LENGTH = 1000;

/** An opaque cursor: where in a list's order a row stands, such as `[createdAt, id]`. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The position in a cursor that a client sent back; exactly `length` strings, whose content is as untrusted as
 * any other input.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function decodeCursor(cursor: string, field: string, length: number): string[] {
  const position =
    cursor.length <= MAX_CURSOR_LENGTH ? parseJson(Buffer.from(cursor, 'base64url').toString()) : null;
  if (!Array.isArray(position) || position.length !== length || !position.every(isSafeString)) {
    throw badInput(field, 'is not a cursor of this list');
  }
  return position;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isSafeString(value: unknown): value is string {
  return typeof value === 'string' && findBrokenCharacter(value) === null;
}
