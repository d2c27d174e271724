import { NOT_HELD_OR_RESTRICTED, notHeldOrRestrictedSql } from '../../../database/left-alone.js';
import type { SessionParts } from './session-parts.js';

/** What of sessions goes by time; nothing of an account that is held or restricted does. */
export function createDiscardSessions({ db }: Pick<SessionParts, 'db'>) {
  /** Deletes at most `limit` sessions that ended or expired before `moment`, their tokens with them. Returns how many. */
  async function discardOld(moment: Date, limit: number): Promise<number> {
    const over = [{ revokedAt: { lt: moment } }, { expiresAt: { lt: moment } }];
    const rows = await db.session.findMany({
      where: { OR: over, user: NOT_HELD_OR_RESTRICTED },
      take: limit,
      select: { id: true },
    });
    const { count } = await db.session.deleteMany({
      where: { id: { in: rows.map(({ id }) => id) }, OR: over },
    });
    return count;
  }

  /** Clears address and user agent of at most `limit` sessions last seen before `moment`. Returns how many. */
  async function clearOrigins(moment: Date, limit: number): Promise<number> {
    const sql = `UPDATE sessions SET ip_address = NULL, user_agent = NULL WHERE id IN (
        SELECT s.id FROM sessions s
        WHERE s.last_seen_at < $1::timestamptz AND (s.ip_address IS NOT NULL OR s.user_agent IS NOT NULL)
          AND ${notHeldOrRestrictedSql('s.user_id')} LIMIT $2) AND last_seen_at < $1::timestamptz`;
    return db.$executeRawUnsafe(sql, moment.toISOString(), limit);
  }

  return { discardOld, clearOrigins };
}
