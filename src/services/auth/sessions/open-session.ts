import { after } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { LockedUser } from '../../identity/accounts/locked-user.js';
import type { IssuedRefreshToken } from './refresh-tokens.js';
import type { SessionInternals } from './session-parts.js';
import type { SessionRecord } from './session-record.js';

/** A session with a fresh refresh token; its access token is signed after the transaction. */
export interface HeldSession {
  session: SessionRecord;
  refreshToken: IssuedRefreshToken;
  deviceToken?: string;
}

export interface SessionTokens {
  accessToken: string;
  accessTokenExpiresAt: Date;
  refreshToken: string;
  refreshTokenExpiresAt: Date;
  /** After a sign-in: by what the device is known from now on. */
  deviceToken?: string;
}

/** A running session and the tokens that speak for it. */
export interface SignedInSession {
  session: SessionRecord;
  tokens: SessionTokens;
}

export function createOpenSession(internals: SessionInternals) {
  const { clock, config, audit, accessTokens, refreshTokens, scopeOf, arrive } = internals;

  /**
   * Opens a session. The caller has checked who signs in and holds the account's lock; `signIn` completes the
   * session once the transaction has committed. A device that is not known to the account is reported to its owner.
   *
   * @param user the account as it was locked, before this sign-in was noted
   * @param amr how the person proved who they are: RFC 8176 values
   */
  async function open(
    tx: Transaction,
    { user, amr, origin }: { user: LockedUser; amr: string[]; origin: RequestOrigin },
  ): Promise<HeldSession> {
    const { id: userId } = user;
    const { ipAddress, userAgent } = origin;
    const now = clock.now();
    const times = { createdAt: now, lastSeenAt: now, authTime: now };
    const written = {
      userId,
      amr,
      ...times,
      expiresAt: after(now, config.refreshTokenTtl),
      ipAddress,
      userAgent,
    };
    const { id } = await tx.session.create({ data: written, select: { id: true } });
    const session = { id, ...written };
    const refreshToken = await refreshTokens.start(tx, session.id);
    const deviceToken = await arrive(tx, { user, origin });
    const data = { sessionId: session.id, amr };
    await audit.record(tx, { action: 'session.created', actorId: userId, subjectId: userId, origin, data });
    return { session, refreshToken, deviceToken };
  }

  /** Adds the access token to a session that was opened, refreshed or re-authenticated. */
  async function signIn({ session, refreshToken, deviceToken }: HeldSession): Promise<SignedInSession> {
    const { id: sessionId, userId, authTime, amr } = session;
    const scope = await scopeOf(session);
    const access = await accessTokens.issue({ userId, sessionId, authTime, amr, scope });
    return {
      session,
      tokens: {
        accessToken: access.token,
        accessTokenExpiresAt: access.expiresAt,
        refreshToken: refreshToken.token,
        refreshTokenExpiresAt: refreshToken.expiresAt,
        ...(deviceToken === undefined ? {} : { deviceToken }),
      },
    };
  }

  return { open, signIn };
}

export type OpenSession = ReturnType<typeof createOpenSession>;
