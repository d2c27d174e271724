import { createHmac } from 'node:crypto';
import type { SecretVersions } from '../../privacy/key-ring.js';

/** Turns what a budget is about into its key: an HMAC-SHA-256 (RFC 2104), since accounts and addresses are personal data. */
export type GuardKeys = (...parts: readonly string[]) => string;

/**
 * Keys under a secret derived from the active key of the search index. When that key is replaced, counting starts
 * anew once.
 */
export function createGuardKeys(secrets: SecretVersions): GuardKeys {
  let derived: { id: string; key: Buffer } | undefined;
  return (...parts) => {
    const id = secrets.activeId;
    if (derived?.id !== id) {
      derived = { id, key: createHmac('sha256', secrets.get(id)).update('attempt counters').digest() };
    }
    return createHmac('sha256', derived.key).update(JSON.stringify(parts)).digest('base64url');
  };
}
