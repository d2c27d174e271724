import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { isUuid } from '../../../input/uuid.js';
import { isOpaqueToken } from '../../../security/tokens/opaque-token.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { lockAccount } from '../../identity/accounts/locked-user.js';
import type { SessionInternals } from './session-parts.js';
import { running } from './session-record.js';

/** Who asks, in operations on one's own sessions. */
export interface SessionHolder {
  userId: string;
  sessionId: string;
  origin: RequestOrigin;
}

interface Ending {
  /** End this session only. */
  only?: string;
  /** End all but this one. */
  except?: string;
  /** At most 40 characters, such as `logout`. */
  reason: string;
  actorId?: string | null;
  origin?: RequestOrigin | null;
}

/** Every way to end sessions; the tokens of an ended session stop working in every process at once. */
export function createEndSessions({ db, clock, audit, endedSessions, refreshTokens }: SessionInternals) {
  /**
   * Ends sessions of an account in the caller's transaction, which holds the account's lock.
   *
   * @returns how many ended
   */
  async function endAll(tx: Transaction, userId: string, ending: Ending): Promise<number> {
    const { only, except, reason, actorId = null, origin = null } = ending;
    const now = clock.now();
    const rows = await tx.session.findMany({
      where: { userId, ...running(now), id: { equals: only, not: except } },
      select: { id: true },
    });
    const sessionIds = rows.map(({ id }) => id);
    if (sessionIds.length === 0) return 0;
    await tx.session.updateMany({
      where: { id: { in: sessionIds } },
      data: { revokedAt: now, revokedReason: reason },
    });
    await endedSessions.announce(tx, sessionIds);
    const data = { sessionIds, reason };
    await audit.record(tx, { action: 'session.revoked', actorId, subjectId: userId, origin, data });
    return sessionIds.length;
  }

  function endOwn({ userId, origin }: Omit<SessionHolder, 'sessionId'>, which: Ending): Promise<number> {
    return db.$transaction(async (tx) => {
      await lockAccount(tx, userId);
      return endAll(tx, userId, { ...which, actorId: userId, origin });
    });
  }

  /** Ends the caller's session. One that has ended already is no error. */
  async function logout(holder: SessionHolder): Promise<void> {
    await endOwn(holder, { only: holder.sessionId, reason: 'logout' });
  }

  /**
   * Ends the session that a refresh token belongs to, spent or not, for a caller whose access token has expired.
   * One that has ended already is no error.
   *
   * @throws AppError TOKEN_INVALID when it is the token of no session
   */
  async function logoutByToken(token: string, origin: RequestOrigin): Promise<void> {
    const stored = isOpaqueToken('refresh', token) ? await refreshTokens.find(db, token) : null;
    if (!stored) throw new AppError('TOKEN_INVALID');
    await logout({ userId: stored.session.userId, sessionId: stored.sessionId, origin });
  }

  /**
   * Ends one of the caller's sessions, the current one included.
   *
   * @throws AppError NOT_FOUND for a session that is not the caller's, has ended, or does not exist
   */
  async function revoke(holder: SessionHolder, sessionId: string): Promise<number> {
    const ended = isUuid(sessionId) ? await endOwn(holder, { only: sessionId, reason: 'revoked' }) : 0;
    if (ended === 0) throw new AppError('NOT_FOUND');
    return ended;
  }

  /** Ends all of the caller's sessions but the current one. Returns how many. */
  function revokeOthers(holder: SessionHolder): Promise<number> {
    return endOwn(holder, { except: holder.sessionId, reason: 'revoked' });
  }

  return { endAll, logout, logoutByToken, revoke, revokeOthers };
}

export type EndSessions = ReturnType<typeof createEndSessions>;
