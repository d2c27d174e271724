import { AppError } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import type { IdentityParts, SignedIn } from '../identity-parts.js';
import { isUuid } from '../../../input/uuid.js';
import { lockUser } from '../accounts/locked-user.js';
import { isUniqueViolation } from '../accounts/unique-violation.js';
import type { createWaysIn } from '../sign-in/ways-in.js';
import type { Arrival } from './admit-person.js';
import type { SocialFlows } from './social-flows.js';
import type { SocialLinks } from '../accounts/social-link.js';

type Parts = IdentityParts &
  ReturnType<typeof createWaysIn> & {
    flows: SocialFlows;
    links: SocialLinks;
    requireReturnUrl: (given: string | null) => string;
  };

export interface LinkRequest {
  viewer: Viewer;
  provider: string;
  returnTo: string | null;
  browserSecret: string;
}

/** What a person does about the providers that their own account is linked with. */
export function createLinkAccount(parts: Parts) {
  const { db, clock, providers, flows, links, isSignedIn, requireWayIn } = parts;

  /**
   * Begins to link the viewer’s account. Returns where to send the browser that asked: it alone can go on.
   *
   * @throws AppError STEP_UP_REQUIRED; NOT_FOUND for a provider that there is not; BAD_USER_INPUT for a return URL
   *   that is not on the list; EMAIL_NOT_VERIFIED, since an account whose address nobody proved may be a trap
   */
  async function begin({ viewer, provider, returnTo, browserSecret }: LinkRequest): Promise<string> {
    const { name } = providers.require(provider);
    requireRecentSignIn(viewer, clock);
    const { userId, sessionId } = viewer;
    const user = await db.user.findUnique({ where: { id: userId }, select: { isVerified: true } });
    if (!user?.isVerified) throw new AppError('EMAIL_NOT_VERIFIED');
    const state = await flows.begin({
      provider: name,
      returnTo: parts.requireReturnUrl(returnTo),
      browserSecret,
      codeChallenge: null,
      linkFor: { userId, sessionId },
    });
    return `${providers.startUrl(name)}?flow=${state}`;
  }

  /**
   * Links the account whose owner began the trip with whoever came back. Linking again what is linked changes nothing.
   *
   * @throws AppError CONFLICT when that person is linked with another account; UNAUTHENTICATED when the session that
   *   began has ended
   */
  async function finish({ trip, provider, identity, origin }: Arrival): Promise<void> {
    const { linkFor } = trip;
    if (!linkFor || !(await isSignedIn(linkFor.userId, linkFor.sessionId)))
      throw new AppError('UNAUTHENTICATED');
    try {
      await db.$transaction(async (tx) => {
        const user = await lockUser(tx, linkFor.userId);
        if (user?.status !== 'ACTIVE') throw new AppError('UNAUTHENTICATED');
        const known = await links.findLink(tx, provider, identity.subject);
        if (known && known.userId !== user.id) throw new AppError('CONFLICT');
        if (!known) await links.addLink(tx, user, { provider, identity, origin });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new AppError('CONFLICT', { cause: error });
      throw error;
    }
  }

  /**
   * Takes a link away.
   *
   * @throws AppError STEP_UP_REQUIRED; NOT_FOUND; LAST_WAY_IN
   */
  async function unlink(
    viewer: Viewer,
    socialLoginId: string,
    origin: RequestOrigin,
  ): Promise<SignedIn['userId']> {
    requireRecentSignIn(viewer, clock);
    if (!isUuid(socialLoginId)) throw new AppError('NOT_FOUND');
    await db.$transaction(async (tx) => {
      const user = await lockUser(tx, viewer.userId);
      if (user?.status !== 'ACTIVE') throw new AppError('UNAUTHENTICATED');
      const link = await tx.socialLogin.findFirst({
        where: { id: socialLoginId, userId: user.id },
        select: { id: true, provider: true },
      });
      if (!link) throw new AppError('NOT_FOUND');
      await links.removeLink(tx, user, link, origin);
      await requireWayIn(tx, user);
    });
    return viewer.userId;
  }

  return { begin, finish, unlink };
}

export type LinkAccount = ReturnType<typeof createLinkAccount>;
