import { after, DAY, type Clock } from '../../clock.js';
import type { Database, Transaction } from '../../database/client.js';

/** For a day more than tokens of this process live: while settings change, another one may give them a longer life. */
const MARGIN = DAY;

/**
 * The sessions of an account end for every process by their rows (`ended-sessions.ts`), and an erasure deletes
 * those. This keeps their ids, which name nobody, for as long as an access token of theirs could still be valid.
 */
export function createKeepEndedSessions(parts: {
  db: Database;
  clock: Clock;
  config: { accessTokenTtl: number };
}) {
  const { db, clock, config } = parts;

  /** Keeps the ids of an account's ended sessions. The caller has ended them and holds the account's lock. */
  async function keep(tx: Transaction, userId: string): Promise<void> {
    const since = after(clock.now(), -(config.accessTokenTtl + MARGIN));
    await tx.$executeRaw`
      INSERT INTO ended_sessions (id, ended_at)
      SELECT id, revoked_at FROM sessions WHERE user_id = ${userId}::uuid AND revoked_at >= ${since}
      ON CONFLICT DO NOTHING`;
  }

  /** Forgets what is too old to matter; for a job. */
  async function discardKept(): Promise<void> {
    await db.endedSession.deleteMany({
      where: { endedAt: { lt: after(clock.now(), -(config.accessTokenTtl + MARGIN)) } },
    });
  }

  return { keep, discardKept };
}
