import { createHmac } from 'node:crypto';
import type { SecretVersions } from '../../privacy/key-ring.js';

/**
 * Turns what a budget is about into its key: HMAC-SHA-256 (RFC 2104), since accounts and addresses are personal data.
 * What is about an account (its id) or an address begins with an HMAC of that alone, so that whoever has the server's
 * key finds all of it again, to erase it, and nobody else any.
 */
export interface GuardKeys {
  /** The key of a budget that is about no account. */
  of(...parts: readonly string[]): string;
  /** The key of one that is. */
  about(subject: string, ...parts: readonly string[]): string;
  /** What every key about `subject` begins with, under each key of the ring. */
  beginningsOf(subject: string): string[];
}

/** 120 bits: a beginning and its point leave room for a whole HMAC in 64 characters. */
const BEGINNING = 20;

/**
 * Keys under a secret derived from the active key of the search index. When that key is replaced, counting starts
 * anew once.
 */
export function createGuardKeys(secrets: SecretVersions): GuardKeys {
  const derived = new Map<string, Buffer>();

  function hash(id: string, parts: readonly string[]): string {
    let key = derived.get(id);
    if (key === undefined) {
      key = createHmac('sha256', secrets.get(id)).update('attempt counters').digest();
      derived.set(id, key);
    }
    return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  }

  const beginning = (id: string, subject: string) => `${hash(id, ['subject', subject]).slice(0, BEGINNING)}.`;

  return {
    of: (...parts) => hash(secrets.activeId, parts),
    about: (subject, ...parts) =>
      beginning(secrets.activeId, subject) + hash(secrets.activeId, [subject, ...parts]),
    beginningsOf: (subject) => secrets.ids.map((id) => beginning(id, subject)),
  };
}
