import type { Database } from '../../../database/client.js';
import { AppError, badInput } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { Credentials } from '../sign-in/check-credentials.js';
import type { ClaimAccount } from '../passwords/claim-account.js';
import type { IdentityParts } from '../identity-parts.js';
import type { Reservations } from '../addresses/reserved-addresses.js';
import type { Verification } from '../addresses/verify-email.js';
import type { createWaysIn } from '../sign-in/ways-in.js';
import { createAdmitPerson } from './admit-person.js';
import { createLinkAccount } from './link-account.js';
import { deriveSecrets } from './provider.js';
import { createSocialFlows } from './social-flows.js';
import type { SocialLinks } from '../accounts/social-link.js';

type Parts = IdentityParts &
  ReturnType<typeof createWaysIn> & {
    credentials: Credentials;
    reservations: Reservations;
    verification: Verification;
    claim: ClaimAccount;
    links: SocialLinks;
  };

/** A browser that sets out to a provider. */
export interface Departure {
  provider: string;
  /** null: the default. */
  returnTo: string | null;
  /** S256 (RFC 7636 §4.2); null: the browser’s cookie proves the exchange. */
  codeChallenge: string | null;
  browserSecret: string;
  origin: RequestOrigin;
}

/** A browser that comes back from one. */
export interface Return {
  provider: string;
  answer: URLSearchParams;
  browserSecret: string | null;
  origin: RequestOrigin;
}

/** A link of an account to a provider. */
export interface SocialLoginRecord {
  readonly id: string;
  readonly userId: string;
  readonly provider: string;
  readonly linkedAt: Date;
}

const CODE_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Signing in with a provider: where browsers are sent, and what becomes of those that come back (docs/sign-in.md). */
export function createSocialSignIn(parts: Parts) {
  const { db, config, providers, guard, audit } = parts;
  const { returnUrls } = config.social;
  const flows = createSocialFlows(parts);
  const admit = createAdmitPerson({ ...parts, flows });
  const linking = createLinkAccount({ ...parts, flows, requireReturnUrl });

  function requireReturnUrl(given: string | null): string {
    const url = given ?? returnUrls[0];
    // Character for character (RFC 9700 §2.1): a pattern would let somebody in at its edge.
    if (url === undefined || !returnUrls.includes(url))
      throw badInput('return_to', 'is not among SOCIAL_RETURN_URLS');
    return url;
  }

  /** The return URL that tells the application why nothing came of it. */
  function explain(returnTo: string, error: unknown): string {
    if (!(error instanceof AppError) || error.code === 'INTERNAL_SERVER_ERROR') throw error;
    return withParameter(returnTo, 'error', error.code);
  }

  /**
   * Where a browser goes that wants to sign in: to the provider or, when that cannot be reached, back with an error.
   *
   * @throws AppError NOT_FOUND for a provider that there is not, BAD_USER_INPUT, RATE_LIMITED
   */
  async function depart({
    provider,
    returnTo: given,
    codeChallenge,
    browserSecret,
    origin,
  }: Departure): Promise<string> {
    const { name } = providers.require(provider);
    const returnTo = requireReturnUrl(given);
    if (codeChallenge !== null && !CODE_CHALLENGE.test(codeChallenge))
      throw badInput('code_challenge', 'must be a SHA-256 in base64url');
    await guard.limit('providerTrip', origin, (reason) => {
      const event = { actorId: null, subjectId: null, origin, data: { reason } };
      return db.$transaction((tx) => audit.record(tx, { action: 'session.refused', ...event }));
    });
    const state = await flows.begin({
      provider: name,
      returnTo,
      codeChallenge,
      browserSecret,
      linkFor: null,
    });
    return sendOff(name, returnTo, state, browserSecret);
  }

  /** The same for a trip that `beginSocialLink` prepared: only the browser that asked for it goes on. */
  async function departToLink(
    provider: string,
    state: string,
    browserSecret: string | null,
  ): Promise<string> {
    const { name } = providers.require(provider);
    const trip = await flows.find(name, state, browserSecret);
    if (!trip || browserSecret === null)
      return explain(requireReturnUrl(null), new AppError('TOKEN_INVALID'));
    return sendOff(name, trip.returnTo, state, browserSecret);
  }

  async function sendOff(provider: string, returnTo: string, state: string, browserSecret: string) {
    try {
      const secrets = deriveSecrets(state, browserSecret);
      return (await providers.require(provider).authorizationUrl(secrets)).href;
    } catch (error) {
      return explain(returnTo, error);
    }
  }

  /**
   * Where a browser goes that came back: to the application, with a one-time `code`, with `linked`, or with the code
   * of an `error`. What was not begun in this browser, or was answered before, changes nothing.
   *
   * @throws AppError NOT_FOUND for a provider that there is not
   */
  async function arrive({ provider: name, answer, browserSecret, origin }: Return): Promise<string> {
    const provider = providers.require(name);
    const state = answer.get('state') ?? '';
    const trip = await flows.take(name, state, browserSecret);
    if (!trip || browserSecret === null)
      return explain(requireReturnUrl(null), new AppError('TOKEN_INVALID'));
    try {
      const identity = await provider.identify(answer, deriveSecrets(state, browserSecret));
      const arrival = { trip, provider: name, identity, origin };
      if (trip.linkFor === null) return withParameter(trip.returnTo, 'code', await admit(arrival));
      await linking.finish(arrival);
      return withParameter(trip.returnTo, 'linked', name);
    } catch (error) {
      return explain(trip.returnTo, error);
    }
  }

  return {
    depart,
    departToLink,
    arrive,
    beginLink: linking.begin,
    unlink: linking.unlink,
    redeem: flows.redeem,
    discardFlows: flows.discardOld,
    findLogins: createFindLogins(db),
    /** The providers to choose from, each with the address at which a browser starts. */
    list: () => providers.names.map((name) => ({ name, authorizationUrl: providers.startUrl(name) })),
  };
}

export type SocialSignIn = ReturnType<typeof createSocialSignIn>;

/** The links of each of these accounts, in their order, the oldest first. */
function createFindLogins(db: Database) {
  return async function findLogins(userIds: readonly string[]): Promise<SocialLoginRecord[][]> {
    const rows = await db.socialLogin.findMany({
      where: { userId: { in: [...userIds] } },
      orderBy: [{ linkedAt: 'asc' }, { id: 'asc' }],
      select: { id: true, userId: true, provider: true, linkedAt: true },
    });
    return userIds.map((userId) => rows.filter((row) => row.userId === userId));
  };
}

function withParameter(url: string, name: string, value: string): string {
  const target = new URL(url);
  target.searchParams.set(name, value);
  return target.href;
}
