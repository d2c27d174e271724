import { after } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { SessionHolder } from './end-sessions.js';
import type { HeldSession } from './open-session.js';
import type { SessionInternals } from './session-parts.js';
import { running, SESSION_COLUMNS } from './session-record.js';

/** Notes in a running session that its holder proved again who they are. */
export function createRenewSession({ clock, config, audit, refreshTokens }: SessionInternals) {
  /**
   * Sets the session's `authTime` and adds a refresh token. The one that the client holds keeps working until
   * either is used, since another tab may be about to use it. The caller holds the account's lock.
   *
   * @param amr how the person proved it this time
   * @throws AppError UNAUTHENTICATED when the session has ended
   */
  return async function renew(
    tx: Transaction,
    { userId, sessionId, origin }: SessionHolder,
    amr: string[],
  ): Promise<HeldSession> {
    const now = clock.now();
    const where = { id: sessionId, userId, ...running(now) };
    const before = await tx.session.findFirst({ where, select: { amr: true } });
    if (!before) throw new AppError('UNAUTHENTICATED');
    const session = await tx.session.update({
      where: { id: sessionId },
      data: {
        authTime: now,
        lastSeenAt: now,
        expiresAt: after(now, config.refreshTokenTtl),
        amr: [...new Set([...before.amr, ...amr])],
      },
      select: SESSION_COLUMNS,
    });
    const refreshToken = await refreshTokens.append(tx, sessionId);
    const event = { action: 'session.reauthenticated', actorId: userId, subjectId: userId } as const;
    await audit.record(tx, { ...event, origin, data: { sessionId, amr } });
    return { session, refreshToken };
  };
}
