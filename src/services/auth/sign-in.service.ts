import type { Database } from '../../database/client.js';
import { AppError } from '../../errors.js';
import type { RequestOrigin } from '../../security/request-context.js';
import type { IdentityService } from '../identity/identity.service.js';
import { lockUser } from '../identity/locked-user.js';
import type { UserRecord } from '../identity/user-record.js';
import type { SessionHolder } from './end-sessions.js';
import type { SessionTokens, SignedInSession } from './open-session.js';
import type { SessionService } from './session.service.js';

export interface SignInParts {
  db: Database;
  identity: Pick<IdentityService, 'checkCredentials' | 'requirePassword' | 'recordSignIn'>;
  sessions: Pick<SessionService, 'open' | 'signIn' | 'renew'>;
}

/** Signing in, and proving again who one is: Identity checks, the session service answers with tokens. */
export function createSignInService({ db, identity, sessions }: SignInParts) {
  /**
   * Signs in with address and password.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED, OVERLOADED
   */
  async function login(attempt: {
    email: string;
    password: string;
    origin: RequestOrigin;
  }): Promise<SignedInSession & { user: UserRecord }> {
    const verified = await identity.checkCredentials(attempt);
    const { user, held } = await db.$transaction(async (tx) => {
      const user = await identity.recordSignIn(tx, verified);
      const held = await sessions.open(tx, { userId: user.id, amr: ['pwd'], origin: attempt.origin });
      return { user, held };
    });
    return { user, ...(await sessions.signIn(held)) };
  }

  /**
   * Asks a signed-in user for the password again; the tokens that it answers carry a fresh `auth_time`.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, OVERLOADED, UNAUTHENTICATED
   */
  async function reauthenticate(holder: SessionHolder, password: string): Promise<SessionTokens> {
    const { userId, origin } = holder;
    const verified = await identity.requirePassword({ userId, password, origin });
    const held = await db.$transaction(async (tx) => {
      const user = await lockUser(tx, userId);
      if (user?.passwordChangedAt?.getTime() !== verified.passwordChangedAt?.getTime()) {
        throw new AppError('INVALID_CREDENTIALS');
      }
      return sessions.renew(tx, holder, ['pwd']);
    });
    return (await sessions.signIn(held)).tokens;
  }

  return { login, reauthenticate };
}

export type SignInService = ReturnType<typeof createSignInService>;
