import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { SECOND } from '../../clock.js';
import type { Log } from '../../log.js';
import type { DataKeyStore } from '../../privacy/data-key-store.js';
import { createCircuitBreaker } from '../../privacy/key-stores/circuit-breaker.js';
import { KeyStoreError } from '../../privacy/key-stores/key-store-error.js';
import { endPool } from '../end-pool.js';

export type KeyDatabase = ReturnType<typeof createKeyDatabase>;

const HELD_KEYS = 20_000;
/** A creation that has not come about after this never will: transactions end after seconds. */
const UNCONFIRMED_FOR = '1 hour';
const SWEEP_BATCH = 500;

/**
 * The data keys in a PostgreSQL of their own. A key is stored before its user is created, so that no user is ever
 * without one; keys whose creation came to nothing are swept.
 *
 * Wrapped keys stay in memory as long as `trustMemoryWhile` says that changes are heard of at once. While the key
 * database does not answer, calls fail with OVERLOADED, and those whose keys are in memory go on.
 */
export function createKeyDatabase({ url, log }: { url: string; log: Log }) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 5,
    connectionTimeoutMillis: 1.5 * SECOND,
    query_timeout: 1.5 * SECOND,
    application_name: 'custodia-keys',
  });
  pool.on('error', (err) => log.warn({ err }, 'An idle connection to the key database failed'));
  const breaker = createCircuitBreaker();
  const held = new LRUCache<string, string>({ max: HELD_KEYS });
  let changes = 0;
  let isTrusted = () => false;

  async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return breaker.call(async () => {
      try {
        return (await pool.query<Row>(text, values)).rows;
      } catch (error) {
        throw new KeyStoreError((error as { code?: string }).code ?? 'no answer', true, error);
      }
    });
  }

  function findHeld(userId: string): string | undefined {
    return isTrusted() ? held.get(userId) : undefined;
  }

  async function find(userIds: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const missing: string[] = [];
    for (const id of userIds) {
      const wrapped = findHeld(id);
      if (wrapped === undefined) missing.push(id);
      else found.set(id, wrapped);
    }
    if (missing.length === 0) return found;
    const before = changes;
    const rows = await query<{ user_id: string; wrapped_key: string }>(
      'SELECT user_id, wrapped_key FROM data_keys WHERE user_id = ANY($1::uuid[])',
      [missing],
    );
    for (const row of rows) {
      found.set(row.user_id, row.wrapped_key);
      // What was read while a key changed may be what stood there before.
      if (changes === before) held.set(row.user_id, row.wrapped_key);
    }
    return found;
  }

  function forget(userId: string): void {
    changes += 1;
    held.delete(userId);
  }

  /** One batch of keys that nothing has confirmed: those with a user are confirmed, the others destroyed. */
  async function sweepBatch(exist: (ids: string[]) => Promise<Set<string>>): Promise<number | null> {
    const rows = await query<{ user_id: string }>(
      `SELECT user_id FROM data_keys
        WHERE confirmed_at IS NULL AND created_at < now() - interval '${UNCONFIRMED_FOR}' LIMIT ${SWEEP_BATCH}`,
      [],
    );
    if (rows.length === 0) return null;
    const ids = rows.map((row) => row.user_id);
    const users = await exist(ids);
    await query('UPDATE data_keys SET confirmed_at = now() WHERE user_id = ANY($1::uuid[])', [[...users]]);
    const gone = await query(
      `DELETE FROM data_keys WHERE user_id = ANY($1::uuid[]) AND confirmed_at IS NULL
          AND created_at < now() - interval '${UNCONFIRMED_FOR}' RETURNING user_id`,
      [ids.filter((id) => !users.has(id))],
    );
    return gone.length;
  }

  const store: DataKeyStore = {
    find,
    findHeld,
    forget,

    async add(userId, wrapped) {
      // One that stands there unconfirmed is of an earlier try: it is young again, so that no sweep takes it.
      const rows = await query<{ wrapped_key: string }>(
        `INSERT INTO data_keys (user_id, wrapped_key) VALUES ($1::uuid, $2)
           ON CONFLICT (user_id) DO UPDATE SET created_at =
             CASE WHEN data_keys.confirmed_at IS NULL THEN now() ELSE data_keys.created_at END
           RETURNING wrapped_key`,
        [userId, wrapped],
      );
      return rows[0]!.wrapped_key;
    },

    async replace(userId, before, wrapped) {
      const rows = await query(
        'UPDATE data_keys SET wrapped_key = $3 WHERE user_id = $1::uuid AND wrapped_key = $2 RETURNING user_id',
        [userId, before, wrapped],
      );
      forget(userId);
      return rows.length > 0;
    },

    async remove(userId) {
      await query('DELETE FROM data_keys WHERE user_id = $1::uuid', [userId]);
      forget(userId);
    },

    forgetAll() {
      changes += 1;
      held.clear();
    },
  };

  return {
    ...store,
    /** Wrapped keys are taken from memory only while `isLive` says that no announcement can be missing. */
    trustMemoryWhile(isLive: () => boolean): void {
      isTrusted = isLive;
    },
    /** Destroys the keys of users who never came about; returns how many. `exist` says which of the ids are users. */
    async sweep(exist: (ids: string[]) => Promise<Set<string>>): Promise<number> {
      let destroyed = 0;
      for (;;) {
        const gone = await sweepBatch(exist);
        if (gone === null) return destroyed;
        destroyed += gone;
      }
    },
    /** Rejects when the key database does not answer. */
    async ping(): Promise<void> {
      await query('SELECT 1', []);
    },
    close: () => endPool(pool),
  };
}
