import { createHmac } from 'node:crypto';
import { associatedData } from './aead.js';
import type { SecretVersions } from './key-ring.js';

/** How a value is brought to one spelling before it is hashed. */
export type Normalisation = 'email' | 'email-domain' | 'verbatim';

/** What a search-index column may hold: `<key id>.<base64url of 32 bytes>`. */
export const INDEX_PATTERN = '^[a-z0-9]{1,8}\\.[A-Za-z0-9_-]{43}$';

/**
 * Addresses compare case-insensitively as a whole, after trimming and Unicode NFC, or by what follows their `@`;
 * other values as they are.
 */
export function normalise(value: string, how: Normalisation): string {
  if (how === 'verbatim') return value;
  const address = value.trim().normalize('NFC').toLowerCase().normalize('NFC');
  return how === 'email' ? address : address.slice(address.lastIndexOf('@') + 1);
}

/** HMAC-SHA-256 in full length (RFC 2104). */
export function hmacSha256(key: Buffer, message: Buffer): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

/**
 * The search index of a sealed column: full-length HMAC-SHA-256 (RFC 2104) over the normalised value under
 * a key of its own, separated by model and field, so that equal values in two columns do not look alike.
 */
export function createSearchIndex(keys: SecretVersions) {
  function hash(keyId: string, model: string, field: string, how: Normalisation, value: string): string {
    const message = associatedData(keyId, model, field, normalise(value, how));
    return `${keyId}.${hmacSha256(keys.get(keyId), message).toString('base64url')}`;
  }

  return {
    /** The index to store: under the active key. */
    current: (model: string, field: string, how: Normalisation, value: string) =>
      hash(keys.activeId, model, field, how, value),
    /** While a key is being replaced, the index under the other one; null else. */
    other(model: string, field: string, how: Normalisation, value: string): string | null {
      const id = keys.ids.find((known) => known !== keys.activeId);
      return id === undefined ? null : hash(id, model, field, how, value);
    },
    /** Every index a row may carry while a key is being replaced, the active one first. */
    candidates: (model: string, field: string, how: Normalisation, value: string) =>
      [keys.activeId, ...keys.ids.filter((id) => id !== keys.activeId)].map((id) =>
        hash(id, model, field, how, value),
      ),
  };
}
