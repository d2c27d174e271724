import type { Database } from '../../../database/client.js';
import { notHeldOrRestrictedSql } from '../../../database/left-alone.js';

export function createDiscardOrigins({ db }: { db: Database }) {
  /**
   * Deletes at most `limit` addresses and user agents of events before `moment`, those of held and restricted accounts excepted.
   * The events stay, and the log still verifies.
   *
   * @returns how many
   */
  return async function discardOrigins(moment: Date, limit: number): Promise<number> {
    const sql = `DELETE FROM audit_origins WHERE event_id IN (
      SELECT o.event_id FROM audit_origins o
      WHERE o.at < $1::timestamptz AND ${notHeldOrRestrictedSql('o.user_id')} ORDER BY o.at LIMIT $2)`;
    return db.$executeRawUnsafe(sql, moment.toISOString(), limit);
  };
}
