import { readForeignArgon2 } from './foreign-hash-argon2.js';
import { readPbkdf2, readScrypt } from './foreign-hash-kdf.js';
import { type PhcString, storedHashError } from './password-phc.js';
import { passwordNormalForm } from './password-text.js';

type Check = (password: string) => Promise<boolean>;

const READERS: Record<string, (phc: PhcString) => Check> = {
  argon2id: readForeignArgon2,
  argon2i: readForeignArgon2,
  argon2d: readForeignArgon2,
  scrypt: readScrypt,
  pbkdf2: readPbkdf2,
  'pbkdf2-sha1': readPbkdf2,
  'pbkdf2-sha256': readPbkdf2,
  'pbkdf2-sha512': readPbkdf2,
};

/**
 * Prepares the check of a PHC hash made elsewhere.
 * @throws Error (StoredHashError) for an unknown or malformed format, and for a cost so high that checking it
 * would be an attack on this server.
 */
export function readForeignPhc(phc: PhcString): Check {
  const read = Object.hasOwn(READERS, phc.id) ? READERS[phc.id] : undefined;
  if (!read) throw storedHashError(phc.id, 'unknown format');
  return read(phc);
}

/**
 * Tries a password as it was typed, then in our normal form: whoever made the hash may have done either.
 */
export async function matchesEitherForm(check: Check, password: string): Promise<boolean> {
  if (await check(password)) return true;
  const normalForm = passwordNormalForm(password);
  return normalForm !== password && (await check(normalForm));
}
