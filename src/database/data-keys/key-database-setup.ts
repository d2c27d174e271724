import pg from 'pg';
import { StartError } from '../start-error.js';

/** The tables of the key database, each step once, in this order; steps that were released are never edited. */
const MIGRATIONS = [
  `CREATE TABLE data_keys (
     user_id uuid PRIMARY KEY,
     wrapped_key text NOT NULL CHECK (wrapped_key ~ '^[a-z][0-9]\\.[a-z0-9]{1,8}\\.[A-Za-z0-9_-]{40,}$'),
     created_at timestamptz NOT NULL DEFAULT now(),
     confirmed_at timestamptz
   );
   CREATE INDEX data_keys_unconfirmed ON data_keys (created_at) WHERE confirmed_at IS NULL;
   CREATE INDEX data_keys_key_id ON data_keys (split_part(wrapped_key, '.', 2));`,
];

const LOCK = 4_839_202;
const MOVE_BATCH = 1_000;

/**
 * Brings the key database up to date and moves keys there that still stand beside the data: all or none, and
 * again after any interruption. Without a key database (`keyUrl` null), refuses data whose keys are in one.
 *
 * @returns how many keys were moved
 * @throws StartError with a message for the operator
 */
export async function prepareDataKeys(urls: { dataUrl: string; keyUrl: string | null }): Promise<number> {
  const { keyUrl } = urls;
  return withClient(urls.dataUrl, async (data) => {
    if (keyUrl === null) return refuseWithoutKeys(data);
    return withClient(keyUrl, async (keys) => {
      await keys.query('SELECT pg_advisory_lock($1)', [LOCK]);
      await migrate(keys);
      return moveKeys(data, keys);
    });
  });
}

/** Accounts with sealed values and not one key beside them: the keys are elsewhere, and new ones must not be mixed in. */
async function refuseWithoutKeys(data: pg.Client): Promise<number> {
  const { rowCount } = await data.query(
    'SELECT 1 FROM users WHERE email IS NOT NULL AND NOT EXISTS (SELECT 1 FROM data_keys) LIMIT 1',
  );
  if (rowCount === 0) return 0;
  throw new StartError(
    'The data keys of this database are kept in a database of their own: set KEYSTORE_DATABASE_URL. Nothing was changed.',
  );
}

async function migrate(keys: pg.Client): Promise<void> {
  const { rows } = await keys.query<{ ours: string | null; tables: string | null }>(
    "SELECT to_regclass('key_migrations')::text AS ours, to_regclass('data_keys')::text AS tables",
  );
  if (!rows[0]?.ours && rows[0]?.tables) {
    throw new StartError(
      'The database of KEYSTORE_DATABASE_URL holds a table data_keys that is not a key database’s.',
    );
  }
  await keys.query(
    'CREATE TABLE IF NOT EXISTS key_migrations (step int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const applied = await keys.query<{ step: number }>(
    'SELECT COALESCE(max(step), 0) AS step FROM key_migrations',
  );
  const done = applied.rows[0]?.step ?? 0;
  if (done > MIGRATIONS.length) {
    throw new StartError('The key database is newer than this build. Start the newer build.');
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < done) continue;
    await keys.query('BEGIN');
    await keys.query(sql);
    await keys.query('INSERT INTO key_migrations (step) VALUES ($1)', [index + 1]);
    await keys.query('COMMIT');
  }
}

/** A key is deleted beside the data only in the transaction that saw it stand in the key database. */
async function moveKeys(data: pg.Client, keys: pg.Client): Promise<number> {
  let moved = 0;
  for (;;) {
    await data.query('BEGIN');
    const { rows } = await data.query<{ user_id: string; wrapped_key: string }>(
      'SELECT user_id, wrapped_key FROM data_keys LIMIT $1 FOR UPDATE',
      [MOVE_BATCH],
    );
    const ids = rows.map((row) => row.user_id);
    const wrapped = rows.map((row) => row.wrapped_key);
    await keys.query(
      `INSERT INTO data_keys (user_id, wrapped_key, confirmed_at)
       SELECT *, now() FROM unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING`,
      [ids, wrapped],
    );
    const { rowCount } = await keys.query(
      'SELECT 1 FROM data_keys k JOIN unnest($1::uuid[], $2::text[]) AS m (id, wrapped) ON k.user_id = m.id AND k.wrapped_key = m.wrapped',
      [ids, wrapped],
    );
    if (rowCount !== rows.length) {
      await data.query('ROLLBACK');
      throw new StartError(
        `${rows.length - (rowCount ?? 0)} data keys stand beside the data and, otherwise, in the key database. Nothing was removed: find out which are right.`,
      );
    }
    await data.query('DELETE FROM data_keys WHERE user_id = ANY($1::uuid[])', [ids]);
    await data.query('COMMIT');
    moved += rows.length;
    if (rows.length < MOVE_BATCH) return moved;
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'no answer';
    throw new StartError(`A database for data keys does not answer (${code}).`, { cause: error });
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
