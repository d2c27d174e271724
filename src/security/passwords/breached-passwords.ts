import { readFileSync } from 'node:fs';
import { type BloomFilter, openBloomFilter } from './bloom-filter.js';
import { passwordNormalForm } from './password-text.js';

/** Shorter ones are not in the list, since no policy lets them through. */
export const BREACHED_MIN_LENGTH = 8;
/** Of the passwords that are not in the list, one in a million is refused all the same. */
export const BREACHED_FALSE_POSITIVE_RATE = 1e-6;

export interface BreachedPasswords {
  has(password: string): boolean;
}

/**
 * Loads the list of known passwords that ships with the product (see breached-passwords.md), about 1.75 MB.
 * A password is found as it is (NFC) and in lower case: capitals alone do not make a known one unknown.
 * @throws Error when the file is missing or damaged.
 */
export function loadBreachedPasswords(): BreachedPasswords {
  return createBreachedPasswords(
    openBloomFilter(readFileSync(new URL('./breached-passwords.bloom', import.meta.url))),
  );
}

/** The look-up over a filter of passwords in NFC. */
export function createBreachedPasswords(filter: BloomFilter): BreachedPasswords {
  return {
    has(password) {
      const normalForm = passwordNormalForm(password);
      return filter.has(normalForm) || filter.has(normalForm.toLowerCase());
    },
  };
}
