import { after, MINUTE, type Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import { NOT_HELD } from '../../../database/left-alone.js';
import { AppError } from '../../../errors.js';
import { createOpaqueToken, hashOpaqueToken, isOpaqueToken } from '../../../security/tokens/opaque-token.js';
import type { VerifiedUser } from '../sign-in/check-credentials.js';
import { lockUser } from '../accounts/locked-user.js';
import { challengeOf } from './provider.js';

/** How long a person may stay at the provider; milliseconds. */
export const TRIP_LIFETIME = 15 * MINUTE;
/** How long the code of the redirect can be exchanged; milliseconds. */
export const CODE_LIFETIME = MINUTE;

export interface NewTrip {
  provider: string;
  returnTo: string;
  /** The secret of the browser that sets out. */
  browserSecret: string;
  /** The client’s own proof for the exchange, S256; null: the browser’s cookie is the proof. */
  codeChallenge: string | null;
  /** The session whose account is to be linked; null: somebody signs in. */
  linkFor: { userId: string; sessionId: string } | null;
}

/** A trip whose browser came back, once. */
export interface ReturnedTrip {
  id: string;
  returnTo: string;
  linkFor: NewTrip['linkFor'];
}

/** What an exchange brings along: the code, and the proof that it comes from where the trip began. */
export interface CodeExchange {
  code: string;
  codeVerifier: string | null;
  browserSecret: string | null;
}

export type SocialFlows = ReturnType<typeof createSocialFlows>;

/**
 * Trips of browsers to a provider and back. Of state, code and browser only hashes are stored; each works once, and
 * only for the browser (or the code verifier) with which the trip began: nobody can be signed in to an account that
 * is not theirs by being sent a link.
 */
export function createSocialFlows({ db, clock }: { db: Database; clock: Clock }) {
  /** Notes that a browser sets out. Returns the state that it takes along. */
  async function begin(trip: NewTrip): Promise<string> {
    const state = createOpaqueToken('socialState');
    const now = clock.now();
    await db.socialFlow.create({
      data: {
        provider: trip.provider,
        stateHash: hashOpaqueToken(state),
        browserHash: hashOpaqueToken(trip.browserSecret),
        returnTo: trip.returnTo,
        codeChallenge: trip.codeChallenge,
        userId: trip.linkFor?.userId ?? null,
        linkSessionId: trip.linkFor?.sessionId ?? null,
        createdAt: now,
        expiresAt: after(now, TRIP_LIFETIME),
      },
      select: { id: true },
    });
    return state;
  }

  /** A trip that this browser began and has not come back from; null when there is none. */
  async function find(provider: string, state: string, browserSecret: string | null) {
    if (browserSecret === null || !isOpaqueToken('socialState', state)) return null;
    return db.socialFlow.findFirst({
      where: {
        provider,
        stateHash: hashOpaqueToken(state),
        browserHash: hashOpaqueToken(browserSecret),
        answeredAt: null,
        expiresAt: { gt: clock.now() },
      },
      select: { id: true, returnTo: true, userId: true, linkSessionId: true },
    });
  }

  /** The same, spent: of parallel answers one gets it. */
  async function take(
    provider: string,
    state: string,
    browserSecret: string | null,
  ): Promise<ReturnedTrip | null> {
    const found = await find(provider, state, browserSecret);
    if (!found) return null;
    const { count } = await db.socialFlow.updateMany({
      where: { id: found.id, answeredAt: null },
      data: { answeredAt: clock.now() },
    });
    if (count !== 1) return null;
    const { id, returnTo, userId, linkSessionId: sessionId } = found;
    return { id, returnTo, linkFor: userId && sessionId ? { userId, sessionId } : null };
  }

  /** Makes the code by which this trip’s client gets its session. It dies with the link to the provider. */
  async function issueCode(
    tx: Transaction,
    trip: ReturnedTrip,
    login: { id: string; userId: string },
  ): Promise<string> {
    const code = createOpaqueToken('socialCode');
    await tx.socialFlow.update({
      where: { id: trip.id },
      data: {
        userId: login.userId,
        socialLoginId: login.id,
        codeHash: hashOpaqueToken(code),
        codeExpiresAt: after(clock.now(), CODE_LIFETIME),
      },
      select: { id: true },
    });
    return code;
  }

  /**
   * Spends a code. Returns whose it was, as the account was at that moment.
   *
   * @throws AppError TOKEN_INVALID when it is unknown, expired, used, or not from where its trip began
   */
  async function redeem(exchange: CodeExchange): Promise<VerifiedUser> {
    return db.$transaction(async (tx) => {
      const { id, userId } = await requireCode(tx, exchange);
      const user = await lockUser(tx, userId);
      const { count } = await tx.socialFlow.updateMany({
        where: { id, codeUsedAt: null },
        data: { codeUsedAt: clock.now() },
      });
      if (!user || count !== 1) throw new AppError('TOKEN_INVALID');
      const { passwordHash: _, ...verified } = user;
      return verified;
    });
  }

  async function requireCode(
    tx: Transaction,
    exchange: CodeExchange,
  ): Promise<{ id: string; userId: string }> {
    const { code, codeVerifier, browserSecret } = exchange;
    if (!isOpaqueToken('socialCode', code)) throw new AppError('TOKEN_INVALID');
    const found = await tx.socialFlow.findFirst({
      where: { codeHash: hashOpaqueToken(code), codeUsedAt: null, codeExpiresAt: { gt: clock.now() } },
      select: { id: true, userId: true, browserHash: true, codeChallenge: true },
    });
    if (!found?.userId) throw new AppError('TOKEN_INVALID');
    const isProved =
      found.codeChallenge === null
        ? browserSecret !== null && hashOpaqueToken(browserSecret) === found.browserHash
        : codeVerifier !== null && challengeOf(codeVerifier) === found.codeChallenge;
    if (!isProved) throw new AppError('TOKEN_INVALID', { hint: UNPROVED });
    return { id: found.id, userId: found.userId };
  }

  /** Deletes at most `limit` trips that ran out before `moment`, those of held accounts excepted. Returns how many. */
  async function discardOld(moment: Date, limit: number): Promise<number> {
    const rows = await db.socialFlow.findMany({
      where: { expiresAt: { lt: moment }, OR: [{ userId: null }, { user: NOT_HELD }] },
      take: limit,
      select: { id: true },
    });
    const { count } = await db.socialFlow.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return count;
  }

  return { begin, find, take, issueCode, redeem, discardOld };
}

const UNPROVED =
  'A code works where its sign-in began: send the request with cookies, or begin with code_challenge and send codeVerifier.';
