import pg from 'pg';
import { SECOND } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { Log } from '../../../log.js';
import type { ErasurePlan, TableErasure } from './erasure-plan.js';

/** Rows deleted by one statement: it stays far below the time-out of statements. */
const BATCH = 5_000;

// The names in these statements come from the register of personal data, never from a request.

/** Deletes a person's rows, a batch a transaction, so that a subject with millions of rows holds nobody up. */
export async function deleteInBatches(db: Database, plan: ErasurePlan, userId: string): Promise<void> {
  for (const { table, owner } of plan.deleted) {
    const sql = `DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(SELECT ctid FROM "${table}" WHERE "${owner}" = $1::uuid LIMIT ${BATCH}))`;
    while ((await db.$executeRawUnsafe(sql, userId)) > 0);
  }
}

/**
 * Destroys what is left of a person in the caller's transaction: rows that came since `deleteInBatches`, the
 * personal columns of rows that stay, and the search values. The account's own row keeps its id, its status, and when
 * it was made and deleted. The data key is destroyed apart from this, last.
 */
export async function destroyRest(
  tx: Transaction,
  plan: ErasurePlan,
  userId: string,
  erasedAt: Date,
): Promise<void> {
  for (const { table, owner } of plan.deleted) await deleteRows(tx, table, owner, userId);
  await tx.$executeRawUnsafe(
    `UPDATE "users" SET "status" = 'ERASED', "deleted_at" = COALESCE("deleted_at", $2::timestamptz), ${defaultsOf(ownRow(plan))} WHERE "id" = $1::uuid`,
    userId,
    erasedAt.toISOString(),
  );
  for (const erasure of plan.cleared) {
    if (erasure.table === ownRow(plan).table) continue;
    const sql = `UPDATE "${erasure.table}" SET ${defaultsOf(erasure)} WHERE "${erasure.owner}" = $1::uuid`;
    await tx.$executeRawUnsafe(sql, userId);
  }
}

function ownRow(plan: ErasurePlan): TableErasure {
  const own = plan.cleared.at(-1);
  if (own?.table !== 'users') throw new Error('The plan of an erasure ends with the account itself.');
  return own;
}

/** The default of a column without one is null. */
function defaultsOf({ columns }: TableErasure): string {
  return columns.map((column) => `"${column}" = DEFAULT`).join(', ');
}

async function deleteRows(tx: Transaction, table: string, owner: string, userId: string): Promise<void> {
  await tx.$executeRawUnsafe(`DELETE FROM "${table}" WHERE "${owner}" = $1::uuid`, userId);
}

/**
 * Lets PostgreSQL take the dead rows of an erasure out of its files. What they hold is sealed, and its key is gone:
 * this is tidiness, so a failure (another role owns the tables, say) is noted and nothing more.
 */
export async function vacuumTables(databaseUrl: string, plan: ErasurePlan, log: Log): Promise<void> {
  const tables = [...plan.deleted, ...plan.hashed, ...plan.cleared, plan.keys].map(
    ({ table }) => `"${table}"`,
  );
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'custodia-vacuum',
    connectionTimeoutMillis: 10 * SECOND,
    query_timeout: 120 * SECOND,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`VACUUM (INDEX_CLEANUP ON) ${tables.join(', ')}`);
  } catch (err) {
    log.warn({ err }, 'The tables could not be vacuumed after an erasure');
  } finally {
    await client.end().catch(() => undefined);
  }
}
