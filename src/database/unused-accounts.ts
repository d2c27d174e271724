import type { Transaction } from './client.js';
import { notHeldOrRestrictedSql } from './left-alone.js';

/** What this needs of the database or of a transaction. */
type SqlClient = Pick<Transaction, '$queryRawUnsafe'>;

export interface UnusedAccounts {
  /** Only accounts that nobody used since this moment. */
  unusedSince: Date;
  /** `unverified`: whose address was never proved; `unnoticed`, `noticed`: by whether the person was told since. */
  which: 'unverified' | 'unnoticed' | 'noticed';
  /** With `noticed`: told at the latest then. */
  noticedBefore?: Date;
  limit: number;
  /** Only those that come after this account in the order of registration. */
  after?: string;
  /** Only this account, if it (still) is one of them. */
  id?: string;
}

const LAST_USE = `GREATEST(u.created_at, u.imported_at, u.last_login_at,
  (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id))`;

const CONDITIONS = {
  unverified: 'NOT u.is_verified',
  unnoticed: `u.is_verified AND (u.inactivity_notice_at IS NULL OR u.inactivity_notice_at < ${LAST_USE})`,
  noticed: `u.is_verified AND u.inactivity_notice_at >= ${LAST_USE} AND u.inactivity_notice_at <= $3::timestamptz`,
} as const;

/**
 * Accounts that nobody uses: the last sign-in, the last refresh of a session and the registration all lie before
 * `unusedSince`. Accounts of staff, held and restricted ones, and ones that are being erased are never among them.
 */
export async function findUnusedAccounts(client: SqlClient, query: UnusedAccounts): Promise<string[]> {
  const { unusedSince, which, noticedBefore = unusedSince, limit, id, after } = query;
  const sql = `SELECT u.id::text AS id FROM users u
    WHERE u.status = 'ACTIVE' AND u.created_at < $1::timestamptz
      AND (u.last_login_at IS NULL OR u.last_login_at < $1::timestamptz)
      AND ${LAST_USE} < $1::timestamptz
      AND ${CONDITIONS[which]}
      AND ($3::timestamptz IS NOT NULL) AND ($4::uuid IS NULL OR u.id = $4::uuid)
      AND ($5::uuid IS NULL OR (u.created_at, u.id) > (SELECT p.created_at, p.id FROM users p WHERE p.id = $5::uuid))
      AND NOT EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM erasure_requests e WHERE e.user_id = u.id AND e.status IN ('SCHEDULED', 'ON_HOLD', 'RUNNING'))
      AND ${notHeldOrRestrictedSql('u.id')}
    ORDER BY u.created_at, u.id LIMIT $2`;
  const values = [unusedSince.toISOString(), limit, noticedBefore.toISOString(), id ?? null, after ?? null];
  const rows = await client.$queryRawUnsafe<{ id: string }[]>(sql, ...values);
  return rows.map((row) => row.id);
}
