import type { DataKeyStore } from '../../privacy/data-key-store.js';
import { FORGOTTEN_KEYS_CHANNEL } from '../data-keys/user-keys.js';
import type { Sql } from './sql.js';

/** The wrapped data keys, wherever they are kept. */
export type WrappedKeys = ReturnType<typeof createWrappedKeys>;

/**
 * Reads and replaces wrapped data keys beside their users or in a database of their own, which `keySql` then reaches;
 * else it is `sql` itself.
 */
export function createWrappedKeys(sql: Sql, keySql: Sql, separate: DataKeyStore | null) {
  return {
    /** Runs SQL where the keys lie, in the table `data_keys`. */
    sql: keySql,

    /** The keys of these users as they are stored now. */
    async find(userIds: readonly string[]): Promise<Map<string, string>> {
      if (separate) {
        for (const id of userIds) separate.forget(id);
        return separate.find(userIds);
      }
      const rows = await sql<{ user_id: string; wrapped_key: string }>(
        'SELECT user_id, wrapped_key FROM data_keys WHERE user_id = ANY($1::uuid[])',
        [userIds],
      );
      return new Map(rows.map((row) => [row.user_id, row.wrapped_key]));
    },

    /** Replaces a key if it is still `before`; says whether it was. */
    async replace(userId: string, before: string, wrapped: string): Promise<boolean> {
      if (before === wrapped) return true;
      if (separate) {
        const replaced = await separate.replace(userId, before, wrapped);
        await sql('SELECT pg_notify($1, $2)', [FORGOTTEN_KEYS_CHANNEL, userId]);
        return replaced;
      }
      const rows = await sql(
        'UPDATE data_keys SET wrapped_key = $3 WHERE user_id = $1::uuid AND wrapped_key = $2 RETURNING user_id',
        [userId, before, wrapped],
      );
      return rows.length > 0;
    },
  };
}
