import { Pool } from 'pg';
import type PgBoss from 'pg-boss';
import { SECOND } from '../clock.js';
import type { SqlTransaction as DatabaseSql } from '../database/data-keys/user-keys.js';
import type { Log } from '../log.js';

/** What `enqueue` needs of the caller's Prisma transaction. */
export type SqlTransaction = Pick<DatabaseSql, '$queryRawUnsafe'>;

/** The queue of pg-boss' own cron, which it works off itself. */
const CRON_QUEUE = '__pgboss__send-it';

/** The jobs' own connections: few, as each statement is short, and apart from those of requests. */
export function createJobPool(databaseUrl: string, log: Log): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 2,
    connectionTimeoutMillis: 10 * SECOND,
    query_timeout: 15 * SECOND,
    application_name: 'custodia-jobs',
  });
  pool.on('error', (err) => log.warn({ err }, 'A connection of the jobs was lost'));
  return pool;
}

/** pg-boss over `pool`. */
export function overPool(pool: Pool, log: Log): PgBoss.Db {
  return {
    async executeSql(text: string, values?: unknown[]) {
      const result = pool.query(text, values);
      if (values?.[0] !== CRON_QUEUE) return result;
      // pg-boss does not await the end of its own cron jobs: rejected, it would end the process.
      return result.catch((err: unknown) => {
        log.warn({ err }, 'The schedule of jobs could not be read');
        return undefined as never;
      });
    },
  };
}

/** pg-boss inside the transaction `tx`: what it writes is there when `tx` commits, and only then. */
export function overTransaction(tx: SqlTransaction): PgBoss.Db {
  return {
    async executeSql(text: string, values: unknown[]) {
      return { rows: await tx.$queryRawUnsafe<unknown[]>(text, ...values.map(toSqlValue)) };
    },
  };
}

function toSqlValue(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
