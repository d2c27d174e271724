import type { Database, Transaction } from '../../database/client.js';
import { AppError, badInput } from '../../errors.js';
import { levelOf, withSecondFactor } from '../../security/rights/assurance.js';
import type { RequestOrigin } from '../../security/requests/request-context.js';
import type { CodeExchange } from '../identity/social/social-flows.js';
import type { IdentityService } from '../identity/identity.service.js';
import type { VerifiedUser } from '../identity/sign-in/check-credentials.js';
import { lockUser, type LockedUser } from '../identity/accounts/locked-user.js';
import { isVisible, type UserRecord } from '../identity/accounts/user-record.js';
import type { SessionHolder } from './sessions/end-sessions.js';
import type { AdmittedAnswer, ChallengeAnswer, FirstFactor, IssuedChallenge } from './mfa/mfa-challenges.js';
import type { MfaService } from './mfa/mfa.service.js';
import { methodOfCode } from './mfa/prove-second-factor.js';
import type { HeldSession, SessionTokens, SignedInSession } from './sessions/open-session.js';
import type { SessionService } from './sessions/session.service.js';

export interface SignInParts {
  db: Database;
  identity: Pick<
    IdentityService,
    'checkCredentials' | 'requirePassword' | 'recheckSignIn' | 'recordSignIn' | 'social'
  >;
  sessions: Pick<SessionService, 'open' | 'signIn' | 'renew'>;
  mfa: Pick<
    MfaService,
    'findChallenge' | 'methodsOf' | 'challenge' | 'answerChallenge' | 'prove' | 'guardCode'
  >;
}

/** Somebody is signed in. */
export interface SignedIn extends SignedInSession {
  user: UserRecord;
}

/** A sign-in ends in a session, or in the challenge to prove a second factor. */
export type SignInResult = SignedIn | IssuedChallenge;

interface Opened {
  user: UserRecord;
  held: HeldSession;
}

/** Signing in, and proving again who one is: Identity checks, the session service answers with tokens. */
export function createSignInService(parts: SignInParts) {
  const { db, identity, sessions, mfa } = parts;

  /**
   * Signs in with address and password.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED, OVERLOADED
   */
  async function login(attempt: {
    email: string;
    password: string;
    origin: RequestOrigin;
  }): Promise<SignInResult> {
    const { id: userId, passwordChangedAt } = await identity.checkCredentials(attempt);
    return continueSignIn({ userId, passwordChangedAt, amr: ['pwd'], origin: attempt.origin });
  }

  /**
   * Signs in whoever came back from a provider, by the one-time code of the redirect.
   *
   * @throws AppError TOKEN_INVALID, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED
   */
  async function exchangeSocialLogin({
    origin,
    ...exchange
  }: CodeExchange & { origin: RequestOrigin }): Promise<SignInResult> {
    const { id: userId, passwordChangedAt } = await identity.social.redeem(exchange);
    return continueSignIn({ userId, passwordChangedAt, amr: ['fed'], origin });
  }

  /**
   * Goes on once a first factor was proved, whichever it was: opens a session, or asks for a second factor if the
   * account has one. A proof that was two factors at once (`mfa` among its values) opens the session.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED
   */
  async function continueSignIn(first: FirstFactor): Promise<SignInResult> {
    const { userId: id, passwordChangedAt } = first;
    const outcome = await db.$transaction(async (tx) => {
      const user = await identity.recheckSignIn(tx, { id, passwordChangedAt });
      const methods = levelOf(first.amr) === 'aal2' ? [] : await mfa.methodsOf(tx, id);
      return methods.length > 0 ? mfa.challenge(tx, first, methods) : open(tx, user, first.amr, first.origin);
    });
    return 'challenge' in outcome ? outcome : finish(outcome);
  }

  /**
   * Completes a sign-in by a second factor.
   *
   * @throws AppError TOKEN_INVALID for the challenge; MFA_INVALID, RATE_LIMITED for the code; as `continueSignIn`
   */
  async function completeMfa(answer: ChallengeAnswer): Promise<SignedIn> {
    const { challenge, origin } = answer;
    const findHolder = async () => {
      const found = await db.$transaction((tx) => mfa.findChallenge(tx, challenge));
      return found?.userId ?? null;
    };
    const opened = await mfa.guardCode({ origin, findHolder }, (device) =>
      openByChallenge({ ...answer, device }),
    );
    return finish(opened);
  }

  async function openByChallenge(answer: AdmittedAnswer): Promise<Opened> {
    const outcome = await db.$transaction(async (tx) => {
      const proof = await mfa.answerChallenge(tx, answer);
      if (proof instanceof AppError) return proof;
      const { first, second } = proof;
      const { userId: id, passwordChangedAt, origin } = first;
      const user = await identity.recheckSignIn(tx, { id, passwordChangedAt });
      return open(tx, user, withSecondFactor(first.amr, second), origin);
    });
    if (outcome instanceof AppError) throw outcome;
    return outcome;
  }

  async function open(
    tx: Transaction,
    locked: LockedUser,
    amr: readonly string[],
    origin: RequestOrigin,
  ): Promise<Opened> {
    const user = await identity.recordSignIn(tx, locked);
    return { user, held: await sessions.open(tx, { user: locked, amr: [...amr], origin }) };
  }

  async function finish({ user, held }: Opened): Promise<SignedIn> {
    return { user, ...(await sessions.signIn(held)) };
  }

  /**
   * Asks a signed-in user for the password again, and for the second factor if the account has one; the tokens that
   * it answers carry a fresh `auth_time`.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, OVERLOADED, UNAUTHENTICATED;
   *   BAD_USER_INPUT without the code that is needed, MFA_INVALID, RATE_LIMITED
   */
  async function reauthenticate(
    holder: SessionHolder,
    { password, code }: { password: string; code: string | null },
  ): Promise<SessionTokens> {
    const { userId, origin } = holder;
    const verified = await identity.requirePassword({ userId, password, origin });
    const run = (device: string | null) => renew(holder, verified, { code, device });
    const held =
      code === null ? await run(null) : await mfa.guardCode({ origin, findHolder: async () => userId }, run);
    return (await sessions.signIn(held)).tokens;
  }

  async function renew(
    holder: SessionHolder,
    verified: Pick<VerifiedUser, 'passwordChangedAt'>,
    { code, device }: { code: string | null; device: string | null },
  ): Promise<HeldSession> {
    const { userId, origin } = holder;
    const held = await db.$transaction(async (tx) => {
      const user = await lockUser(tx, userId);
      const isStale = user?.passwordChangedAt?.getTime() !== verified.passwordChangedAt?.getTime();
      if (!user || !isVisible(user) || isStale) throw new AppError('INVALID_CREDENTIALS');
      if ((await mfa.methodsOf(tx, userId)).length === 0) return sessions.renew(tx, holder, ['pwd']);
      if (code === null) throw badInput('code', 'is required: the account has a second factor');
      const attempt = { user, code, origin, challengeId: null, device };
      const second = await mfa.prove(tx, methodOfCode(code), attempt);
      if (second instanceof AppError) return second;
      return sessions.renew(tx, holder, withSecondFactor(['pwd'], second));
    });
    if (held instanceof AppError) throw held;
    return held;
  }

  return { login, exchangeSocialLogin, continueSignIn, completeMfa, reauthenticate };
}

export type SignInService = ReturnType<typeof createSignInService>;
