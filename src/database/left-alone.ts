// Which accounts what goes by time leaves alone: each rule as a Prisma filter of `User`, and as SQL with the account's id
// in `column`, a name from code and never from a request.

/** The accounts on which no legal hold lies: nothing of a held account is discarded, whatever period is over. */
export const NOT_HELD = { legalHolds: { none: { releasedAt: null } } } as const;

/**
 * Those that are not restricted either: of a restricted account nothing is done with what tells of the person, which they
 * may want to be kept (Art. 18(1)(b), (c) GDPR); docs/retention.md says what goes all the same, and why.
 */
export const NOT_HELD_OR_RESTRICTED = { ...NOT_HELD, processingRestrictedAt: null } as const;

export function notHeldOrRestrictedSql(column: string): string {
  return `NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.user_id = ${column} AND h.released_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM users p WHERE p.id = ${column} AND p.processing_restricted_at IS NOT NULL)`;
}
