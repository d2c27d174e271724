import type { UserKey } from '../../privacy/data-keys.js';
import type { Privacy } from '../../privacy/privacy.js';

/** The channel on which every process hears whose keys to drop from memory. */
export const FORGOTTEN_KEYS_CHANNEL = 'custodia_key_forgotten';

/** What these functions need of a transaction: SQL. */
export interface SqlTransaction {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>;
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}

/** The data key of a user as the transaction sees it, wherever it is kept; null when there is none. */
export async function findUserKey(
  tx: SqlTransaction,
  { dataKeys, separateKeys }: Privacy,
  userId: string,
): Promise<UserKey | null> {
  const wrapped = separateKeys
    ? (await separateKeys.find([userId])).get(userId)
    : (
        await tx.$queryRawUnsafe<{ wrapped_key: string }[]>(
          'SELECT wrapped_key FROM data_keys WHERE user_id = $1::uuid',
          userId,
        )
      )[0]?.wrapped_key;
  if (wrapped === undefined) return null;
  return dataKeys.findOpen(userId, wrapped) ?? (await dataKeys.open(userId, wrapped));
}

/**
 * Destroys a user's data key wherever it is kept, and tells every process to drop it from memory when the
 * transaction commits. A key in a database of its own is gone at once, whatever becomes of the transaction:
 * call this where there is no way back, as the last step. Bears repetition.
 */
export async function destroyUserKey(tx: SqlTransaction, privacy: Privacy, userId: string): Promise<void> {
  await tx.$executeRawUnsafe('DELETE FROM data_keys WHERE user_id = $1::uuid', userId);
  await announceForgotten(tx, userId);
  await privacy.separateKeys?.remove(userId);
  privacy.dataKeys.forget(userId);
}

/** Tells every process, this one included, to drop a user's key from memory when the transaction commits. */
export async function announceForgotten(tx: SqlTransaction, userId: string): Promise<void> {
  await tx.$executeRawUnsafe('SELECT pg_notify($1, $2)', FORGOTTEN_KEYS_CHANNEL, userId);
}
