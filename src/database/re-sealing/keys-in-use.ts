import { dataKeyContext } from '../../privacy/data-keys.js';
import type { KeyRing } from '../../privacy/key-ring.js';
import { KeyRingError } from '../../privacy/privacy-errors.js';
import {
  COUNTED,
  type Counted,
  type CountedPurpose,
  countUnder,
  findOtherIds,
  type KeyedSql,
  sqlOf,
} from './key-counts.js';
import type { Sql } from './sql.js';

export interface KeysInUse extends KeyedSql {
  keyRing: KeyRing;
  /** What the signing key of this id is wrapped with as its context. */
  signingContextOf: (kid: string) => string;
}

/** A key in a store outside counts as there when one of so many rows under it unwraps: single rows may be damaged. */
const SAMPLES = 3;

/**
 * Refuses a key ring whose keys are others of the same ids: what was sealed under them would neither open nor be
 * found by the server that has the right ring.
 *
 * @throws KeyRingError naming each such key's id and how many rows lie under it
 */
export async function requireMatchingKeys(parts: KeysInUse): Promise<void> {
  const problems = await findForeign(parts);
  if (problems.length > 0) throw new KeyRingError(problems);
}

/**
 * Refuses to start with a key ring that is not the one of this database, or that has lost a key still in use: what
 * lies under it would not open, or would not be found. Key stores outside do not list their keys: there, what lies under each is tried.
 *
 * @throws KeyRingError naming each missing key's id and how many rows need it
 */
export async function requireKeysInUse(parts: KeysInUse): Promise<void> {
  const { searchIndex, pepper, encryption } = parts.keyRing;
  const isThere = (counted: Counted) => (keyId: string) => unwrapsAny(parts, counted, keyId);
  const problems = [
    ...(await findForeign(parts)),
    ...(await findLost(parts, 'encryption', encryption.keyIds ?? [], encryption.keyIds ? null : isThere)),
    ...(await findLost(parts, 'searchIndex', searchIndex.ids, null)),
    ...(await findLost(parts, 'pepper', pepper.ids, null)),
  ];
  if (problems.length > 0) throw new KeyRingError(problems);
}

async function findForeign(parts: KeysInUse): Promise<string[]> {
  const problems: string[] = [];
  for (const keyId of parts.keyRing.encryption.keyIds ?? []) {
    for (const counted of COUNTED.encryption) {
      if ((await unwrapsAny(parts, counted, keyId)) !== false) continue;
      const count = await countUnder(sqlOf(parts, counted), counted, keyId);
      problems.push(
        `encryption.${keyId}: another key than the one that wrapped ${count} ${counted.what}. Is this the key ring of this database?`,
      );
    }
  }
  return problems;
}

async function findLost(
  parts: KeysInUse,
  purpose: CountedPurpose,
  known: readonly string[],
  isThere: ((counted: Counted) => (keyId: string) => Promise<boolean | null>) | null,
): Promise<string[]> {
  const problems: string[] = [];
  for (const counted of COUNTED[purpose]) {
    const sql = sqlOf(parts, counted);
    for (const keyId of await findOtherIds(sql, counted, known)) {
      if (await isThere?.(counted)(keyId)) continue;
      const count = await countUnder(sql, counted, keyId);
      if (count > 0)
        problems.push(`${purpose}.${keyId}: missing, and still needed by ${count} ${counted.what}`);
    }
  }
  return problems;
}

/** Whether a row under the key unwraps; null when none lies under it. */
async function unwrapsAny(parts: KeysInUse, counted: Counted, keyId: string): Promise<boolean | null> {
  const samples = await findSamples(sqlOf(parts, counted), counted, keyId);
  for (const { id, wrapped } of samples) {
    const context = counted.isKeyTable ? dataKeyContext(id) : parts.signingContextOf(id);
    try {
      await parts.keyRing.encryption.unwrap(wrapped, context);
      return true;
    } catch {
      // The next one may do: why none does is what the refusal is about.
    }
  }
  return samples.length === 0 ? null : false;
}

function findSamples(sql: Sql, { table, keyId, isKeyTable }: Counted, id: string) {
  const rowId = isKeyTable ? 'user_id' : 'id';
  const select = `SELECT ${rowId} AS id, wrapped_key AS wrapped FROM ${table} WHERE ${keyId} = $1 LIMIT ${SAMPLES}`;
  return sql<{ id: string; wrapped: string }>(select, [id]);
}
