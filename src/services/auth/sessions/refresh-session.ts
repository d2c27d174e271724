import { after } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { AppError, type ErrorCode } from '../../../errors.js';
import { isOpaqueToken } from '../../../security/tokens/opaque-token.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { findReadable, lockAccount } from '../../identity/accounts/locked-user.js';
import type { UserStatus } from '../../identity/accounts/user-record.js';
import type { EndSessions } from './end-sessions.js';
import type { HeldSession, OpenSession, SignedInSession } from './open-session.js';
import type { SessionInternals } from './session-parts.js';
import { isRunning, type SessionRecord } from './session-record.js';

type Parts = SessionInternals & Pick<OpenSession, 'signIn'> & Pick<EndSessions, 'endAll'>;

const REFUSALS: Record<Exclude<UserStatus, 'ACTIVE'>, ErrorCode> = {
  SUSPENDED: 'ACCOUNT_SUSPENDED',
  DELETED: 'ACCOUNT_DELETED',
  ERASED: 'TOKEN_INVALID',
};

/** Exchanges a refresh token for the next one and a fresh access token. */
export function createRefreshSession(parts: Parts) {
  const { db, clock, config, audit, refreshTokens, reports, signIn, endAll } = parts;
  const underWay = new Map<string, Promise<HeldSession | ErrorCode>>();

  /**
   * Spends a refresh token. The immediate predecessor of the newest one is answered with that same token for
   * 10 s, since a second tab or a lost answer is no theft; any older one ends the session for everybody who
   * holds a token of it (RFC 9700, section 4.14.2). A session lives on for REFRESH_TOKEN_TTL after each refresh.
   *
   * @throws AppError TOKEN_INVALID, TOKEN_REUSED, ACCOUNT_SUSPENDED, ACCOUNT_DELETED
   */
  async function refresh(token: string, origin: RequestOrigin): Promise<SignedInSession> {
    if (!isOpaqueToken('refresh', token)) throw new AppError('TOKEN_INVALID');
    const outcome = await exchangeOnce(token, origin);
    if (typeof outcome === 'string') throw new AppError(outcome);
    return signIn(outcome);
  }

  /**
   * Requests that present one token at the same time share one transaction: they are to get the same
   * answer anyway, and fifty tabs that wake together must not take every connection.
   */
  function exchangeOnce(token: string, origin: RequestOrigin): Promise<HeldSession | ErrorCode> {
    const shared = underWay.get(token);
    if (shared) return shared;
    // A refusal is returned, not thrown: the end of a session must be committed.
    const outcome = db
      .$transaction((tx) => exchange(tx, token, origin))
      .finally(() => underWay.delete(token));
    underWay.set(token, outcome);
    return outcome;
  }

  async function exchange(
    tx: Transaction,
    token: string,
    origin: RequestOrigin,
  ): Promise<HeldSession | ErrorCode> {
    const found = await refreshTokens.find(tx, token);
    const account = found && (await lockAccount(tx, found.session.userId));
    const presented = account && (await refreshTokens.findWithSession(tx, token)); // as it is under the lock
    const now = clock.now();
    if (!presented || presented.expiresAt <= now || !isRunning(presented.session, now))
      return 'TOKEN_INVALID';
    if (account.status !== 'ACTIVE') return REFUSALS[account.status];
    const { revokedAt: _, ...session } = presented.session;
    if (!presented.usedAt) {
      const refreshToken = await refreshTokens.rotate(tx, token, presented);
      return { session: await noteSeen(tx, session, origin), refreshToken };
    }
    const refreshToken = await refreshTokens.findSuccessor(tx, token, presented);
    return refreshToken ? { session, refreshToken } : endFamily(tx, session, origin);
  }

  /** Prolongs the session, and notes whence it was seen where that has changed: else nothing needs to be sealed. */
  async function noteSeen(
    tx: Transaction,
    session: SessionRecord,
    { ipAddress, userAgent }: RequestOrigin,
  ): Promise<SessionRecord> {
    const now = clock.now();
    const times = { lastSeenAt: now, expiresAt: after(now, config.refreshTokenTtl) };
    const isSame = session.ipAddress === ipAddress && session.userAgent === userAgent;
    const seen = isSame ? times : { ...times, ipAddress, userAgent };
    await tx.session.update({ where: { id: session.id }, data: seen, select: { id: true } });
    return { ...session, ...seen };
  }

  async function endFamily(
    tx: Transaction,
    { id: sessionId, userId }: SessionRecord,
    origin: RequestOrigin,
  ): Promise<ErrorCode> {
    const event = { action: 'session.reuse_detected', actorId: null, subjectId: userId } as const;
    await audit.record(tx, { ...event, origin, data: { sessionId } });
    await endAll(tx, userId, { only: sessionId, reason: 'token-reused', origin });
    const owner = await findReadable(tx, userId);
    if (owner?.email) await reports.tokenReused(tx, { id: userId, email: owner.email });
    return 'TOKEN_REUSED';
  }

  return refresh;
}
