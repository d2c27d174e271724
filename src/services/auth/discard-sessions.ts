import { after, DAY } from '../../clock.js';
import type { SessionParts } from './session-parts.js';

/** How long a session that is over is kept, to answer for what was done in it. */
const KEPT_AFTER_THE_END = 30 * DAY;

export function createDiscardSessions({ db, clock }: Pick<SessionParts, 'db' | 'clock'>) {
  /** Deletes the sessions that ended or expired 30 days ago, their tokens with them. Returns how many. */
  return async function discardOld(): Promise<number> {
    const before = after(clock.now(), -KEPT_AFTER_THE_END);
    const { count } = await db.session.deleteMany({
      where: { OR: [{ revokedAt: { lt: before } }, { expiresAt: { lt: before } }] },
    });
    return count;
  };
}
