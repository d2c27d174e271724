/** The longest password that is accepted, in code points of its normal form. */
export const PASSWORD_MAX_LENGTH = 256;
/**
 * The longest text that is looked at at all, in UTF-16 units. No text of 256 code points in NFC was longer
 * before it was composed (three units to a character at the most, four with room to spare).
 */
const LONGEST_TEXT = PASSWORD_MAX_LENGTH * 8;

/**
 * The one form in which a password is hashed: Unicode NFC, so that the same password typed on another
 * keyboard or system matches (RFC 8265 §4.2 normalises the same way).
 */
export function passwordNormalForm(password: string): string {
  return password.normalize('NFC');
}

/** Length in code points, as a person counts (NIST SP 800-63B §5.1.1.2), not in UTF-16 units. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** What makes a text impossible as a password, or null: found without work that grows with a hostile length. */
export function findPasswordDefect(password: string): 'too long' | 'malformed' | null {
  if (password.length > LONGEST_TEXT) return 'too long';
  // NUL ends the text for C implementations of bcrypt; lone surrogates all become U+FFFD in UTF-8.
  if (password.includes('\0') || /\p{Surrogate}/u.test(password)) return 'malformed';
  return countCodePoints(passwordNormalForm(password)) > PASSWORD_MAX_LENGTH ? 'too long' : null;
}

/**
 * The normal form of a password that somebody signs in with, or null when it cannot be anybody's: too long
 * (a password of 1 MB costs nothing), or with NUL or lone surrogates. Null is answered like a wrong password.
 */
export function normalisePassword(password: string): string | null {
  return findPasswordDefect(password) === null ? passwordNormalForm(password) : null;
}
