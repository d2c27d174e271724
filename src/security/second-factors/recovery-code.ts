import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Crockford's alphabet: no i, l, o and u, which are misread. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16; // 80 bits
const GROUP = /.{4}(?!$)/g;

/** How many are handed out at a time. */
export const RECOVERY_CODES = 10;

/** A fresh recovery code of 80 random bits, in four groups: `7k2m-…`. */
export function createRecoveryCode(): string {
  // 256 is a multiple of 32, so each character is as likely as the others.
  const characters = Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte & 31));
  return characters.join('').replaceAll(GROUP, '$&-');
}

/**
 * What is stored of a recovery code: its SHA-256, base64url. A plain hash is enough, because 80 random bits cannot
 * be guessed. Takes the spellings of a person who types it off paper.
 */
export function hashRecoveryCode(code: string): string {
  const text = code.slice(0, 50).toLowerCase().replaceAll(/[\s-]/g, '');
  const normal = text.replaceAll('o', '0').replaceAll(/[il]/g, '1');
  return createHash('sha256').update(`recovery code ${normal}`).digest('base64url');
}

/** Whether two hashes are equal, in a time that does not tell where they differ. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
