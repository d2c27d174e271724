/**
 * The accounts on which no legal hold lies, as a Prisma filter of `User` and as SQL with the account's id in
 * `column`: nothing of a held account is discarded, whatever period is over.
 */
export const NOT_HELD = { legalHolds: { none: { releasedAt: null } } } as const;

/** @param column a column name from code, never from a request */
export function notHeldSql(column: string): string {
  return `NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.user_id = ${column} AND h.released_at IS NULL)`;
}
