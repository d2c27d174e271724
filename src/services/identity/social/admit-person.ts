import type { Transaction } from '../../../database/client.js';
import { AppError, type ErrorCode } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { ClaimAccount } from '../passwords/claim-account.js';
import type { Credentials } from '../sign-in/check-credentials.js';
import type { IdentityParts } from '../identity-parts.js';
import { lockUser, type LockedUser } from '../accounts/locked-user.js';
import type { Reservations } from '../addresses/reserved-addresses.js';
import type { Verification } from '../addresses/verify-email.js';
import { isUniqueViolation } from '../accounts/unique-violation.js';
import type { ProviderIdentity } from './provider.js';
import type { ReturnedTrip, SocialFlows } from './social-flows.js';
import type { SocialLinks } from '../accounts/social-link.js';

type Parts = IdentityParts & {
  flows: SocialFlows;
  links: SocialLinks;
  claim: ClaimAccount;
  credentials: Pick<Credentials, 'findObstacle'>;
  reservations: Reservations;
  verification: Verification;
};

export interface Arrival {
  trip: ReturnedTrip;
  provider: string;
  identity: ProviderIdentity;
  origin: RequestOrigin;
}

type Login = { id: string; userId: string };
type Refusal = { refused: ErrorCode; userId: string };

/** Finds, or opens, the account of a person for whom a provider vouches. */
export function createAdmitPerson(parts: Parts) {
  const { db, audit, flows, links, claim, credentials, reservations, verification, endSessions } = parts;

  /**
   * The one-time code for the session of whoever came back. Somebody who is linked is known by that alone. Anybody
   * else needs an address for which the provider vouches: it finds the account, which the person takes over if its
   * address had not been proved before, or opens one. An address that was theirs once opens one that has to be verified.
   *
   * @throws AppError PROVIDER_EMAIL_UNVERIFIED, EMAIL_TAKEN, EMAIL_NOT_VERIFIED, ACCOUNT_SUSPENDED, ACCOUNT_DELETED
   */
  return async function admit(arrival: Arrival): Promise<string> {
    const outcome = await againOnCollision(() =>
      db.$transaction(async (tx) => {
        const login = await findOrMakeLogin(tx, arrival);
        if ('refused' in login) return login;
        return { code: await flows.issueCode(tx, arrival.trip, login) };
      }),
    );
    if ('code' in outcome) return outcome.code;
    const { userId: subjectId, refused: reason } = outcome;
    const event = { action: 'session.refused', actorId: null, subjectId, data: { reason } } as const;
    await db.$transaction((tx) => audit.record(tx, { ...event, origin: arrival.origin }));
    throw new AppError(reason);
  };

  async function findOrMakeLogin(tx: Transaction, arrival: Arrival): Promise<Login | Refusal> {
    const { provider, identity } = arrival;
    const known = await links.findLink(tx, provider, identity.subject);
    const user = known && (await lockUser(tx, known.userId));
    // Whoever unlinked it may have held the lock.
    const login = user && (await links.findLink(tx, provider, identity.subject));
    if (user && login) return refusalOf(user) ?? login;
    const { email, proof } = identity;
    if (email === null || proof === 'none') throw new AppError('PROVIDER_EMAIL_UNVERIFIED');
    return joinByAddress(tx, email, arrival);
  }

  async function joinByAddress(tx: Transaction, email: string, arrival: Arrival): Promise<Login | Refusal> {
    const holder = await tx.user.findUnique({ where: { email }, select: { id: true } });
    if (!holder) return openAccount(tx, email, arrival);
    if (arrival.identity.proof !== 'now') throw new AppError('PROVIDER_EMAIL_UNVERIFIED');
    const user = await lockUser(tx, holder.id);
    // The account may have moved to another address while its lock was held.
    if (!user || user.status === 'ERASED' || !(await holds(tx, user.id, email)))
      throw new AppError('CONFLICT');
    if (user.status !== 'ACTIVE')
      return refusalOf(user) ?? { refused: 'INVALID_CREDENTIALS', userId: user.id };
    if (!user.isVerified) await claim(tx, user, arrival.origin);
    else if ((await links.removeUnproven(tx, user, arrival.origin)) > 0)
      await endSessions(tx, user.id, { reason: 'account-claimed', actorId: user.id, origin: arrival.origin });
    return links.addLink(tx, { ...user, isVerified: true }, arrival);
  }

  async function holds(tx: Transaction, userId: string, email: string): Promise<boolean> {
    return (await tx.user.findUnique({ where: { email }, select: { id: true } }))?.id === userId;
  }

  async function openAccount(tx: Transaction, email: string, arrival: Arrival): Promise<Login | Refusal> {
    const isVerified = arrival.identity.proof === 'now';
    const { id } = await tx.user.create({ data: { email, isVerified }, select: { id: true } });
    if (await reservations.isReserved(tx, email, null)) throw new AppError('EMAIL_TAKEN');
    await parts.prepareProfile({})(tx, id);
    const event = { actorId: id, subjectId: id, origin: arrival.origin } as const;
    await audit.record(tx, { action: 'user.registered', ...event });
    const login = await links.addLink(tx, { id, email, isVerified }, arrival);
    if (!isVerified) await verification.send(tx, { id, email });
    const refused = credentials.findObstacle({ status: 'ACTIVE', isVerified });
    return refused ? { refused, userId: id } : login;
  }

  function refusalOf(user: LockedUser): Refusal | null {
    const refused = credentials.findObstacle(user);
    return refused && { refused, userId: user.id };
  }
}

/** Two browsers of one person may come back at once: whoever is late finds what the other one made. */
async function againOnCollision<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return work();
  }
}
