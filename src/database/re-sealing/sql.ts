import pg from 'pg';
import { MINUTE, SECOND } from '../../clock.js';
import type { Log } from '../../log.js';
import { endPool } from '../end-pool.js';

/** Runs one statement and returns its rows. */
export type Sql = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/**
 * Does `work` while the account is held, as every transaction on an account holds it: those that began before have ended,
 * and what they wrote is seen; those that come later read what `work` left. Null when it cannot be had for now.
 */
export type WhileHeld = <T>(userId: string, work: (sql: Sql) => Promise<T>) => Promise<T | null>;

/** PostgreSQL's code for a lock that was not to be had within `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Connections for what goes through whole tables: apart from those of requests, so that it takes none of theirs, and
 * without the sealing extension, since it reads and writes envelopes as they lie there.
 */
export function createUpkeepPool(databaseUrl: string, log: Log) {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    idleTimeoutMillis: SECOND,
    connectionTimeoutMillis: 10 * SECOND,
    query_timeout: 5 * MINUTE,
    application_name: 'custodia-upkeep',
    options: '-c lock_timeout=5000',
  });
  pool.on('error', (err) => log.warn({ err }, 'A connection of the upkeep of keys was lost'));
  const sql: Sql = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows;
  const whileHeld: WhileHeld = async (userId, work) => {
    const client = await pool.connect();
    // The pool listens to idle connections only: unheard, the loss of this one would end the process.
    const onLost = (): void => undefined; // the statement that waits rejects
    client.on('error', onLost);
    const release = (isBroken: boolean): void => {
      client.removeListener('error', onLost);
      client.release(isBroken);
    };
    try {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM users WHERE id = $1::uuid FOR UPDATE', [userId]);
      const result = await work(
        async <Row extends object>(text: string, values: unknown[] = []) =>
          (await client.query<Row>(text, values)).rows,
      );
      await client.query('COMMIT');
      release(false);
      return result;
    } catch (error) {
      release(true); // and with the connection goes its transaction
      if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return null;
      throw error;
    }
  };
  return { sql, whileHeld, close: () => endPool(pool) };
}

/** The lock is held by another process. */
export class BusyError extends Error {}

/**
 * Does `work` while no other process does the same: an advisory lock on a connection of its own, which goes with
 * the process.
 *
 * @throws BusyError when another process holds the lock
 */
export async function withUpkeepLock<T>(
  databaseUrl: string,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'custodia-upkeep-lock' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const sql = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held';
    const { rows } = await client.query<{ held: boolean }>(sql, [`custodia upkeep ${name}`]);
    if (!rows[0]?.held) throw new BusyError('Another process is doing this at the moment.');
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}
