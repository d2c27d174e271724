import type { KeyRing, Purpose } from '../../privacy/key-ring.js';
import { KeyRingError } from '../../privacy/privacy-errors.js';
import { countMissing } from './key-counts.js';
import type { Sql } from './sql.js';

/**
 * Refuses to start with a key ring that has lost a key still in use: what lies under it would not open, or would not
 * be found.
 *
 * @throws KeyRingError naming each missing key's id and how many rows need it
 */
export async function requireKeysInUse(sql: Sql, keyRing: KeyRing): Promise<void> {
  const problems: string[] = [];
  const known: Record<Purpose, readonly string[] | null> = {
    encryption: keyRing.encryption.keyIds ?? null,
    searchIndex: keyRing.searchIndex.ids,
    pepper: keyRing.pepper.ids,
  };
  for (const purpose of ['encryption', 'searchIndex', 'pepper'] as const) {
    const ids = known[purpose];
    if (ids === null) continue; // a key store that does not list its keys answers for itself
    for (const { keyId, what, count } of await countMissing(sql, purpose, ids)) {
      problems.push(`${purpose}.${keyId}: missing, and still needed by ${count} ${what}`);
    }
  }
  if (problems.length > 0) throw new KeyRingError(problems);
}
