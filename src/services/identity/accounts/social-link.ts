import type { Transaction } from '../../../database/client.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { IdentityParts } from '../identity-parts.js';

export interface NewLink {
  provider: string;
  /** Who the person is at the provider. */
  identity: { subject: string };
  origin: RequestOrigin;
}

/** Joining an account with somebody at a provider; the pair (provider, subject) names them, and nothing else does. */
export function createSocialLinks({ clock, audit, mail, reports }: IdentityParts) {
  /** The link of this person at this provider; null when there is none. */
  async function findLink(tx: Transaction, provider: string, subject: string) {
    return tx.socialLogin.findFirst({
      where: { provider, providerId: subject },
      select: { id: true, userId: true },
    });
  }

  /**
   * Adds a link and tells the owner of the account. One of an account whose address nobody has proved lasts until the
   * owner of the address comes. The caller holds the account’s lock.
   */
  async function addLink(
    tx: Transaction,
    { id: userId, email, isVerified }: { id: string; email: string; isVerified: boolean },
    { provider, identity, origin }: NewLink,
  ): Promise<{ id: string; userId: string }> {
    const { id } = await tx.socialLogin.create({
      data: {
        userId,
        provider,
        providerId: identity.subject,
        linkedAt: clock.now(),
        addressProved: isVerified,
      },
      select: { id: true },
    });
    const event = { actorId: userId, subjectId: userId, origin, data: { socialLoginId: id } } as const;
    await audit.record(tx, { action: 'social_login.linked', ...event });
    const params = { provider, ...(await reports.disownLink(tx, { id: userId, email })) };
    await mail.sendLater(tx, { userId, to: { address: email }, template: 'social-login-linked', params });
    return { id, userId };
  }

  /** Removes a link and tells the owner of the account. The caller holds the account’s lock. */
  async function removeLink(
    tx: Transaction,
    { id: userId, email }: { id: string; email: string },
    link: { id: string; provider: string },
    origin: RequestOrigin,
  ): Promise<void> {
    await tx.socialLogin.delete({ where: { id: link.id }, select: { id: true } });
    const event = { actorId: userId, subjectId: userId, origin, data: { socialLoginId: link.id } } as const;
    await audit.record(tx, { action: 'social_login.unlinked', ...event });
    const params = { provider: link.provider };
    await mail.sendLater(tx, { userId, to: { address: email }, template: 'social-login-unlinked', params });
  }

  /**
   * Removes the links from before the address was proved, since its owner has come in a way that whoever made them need
   * not have: who verified an address by a mailed link may not have known of them. The caller holds the account’s lock.
   *
   * @returns how many there were
   */
  async function removeUnproven(
    tx: Transaction,
    user: { id: string; email: string },
    origin: RequestOrigin,
  ): Promise<number> {
    const where = { userId: user.id, addressProved: false };
    const unproven = await tx.socialLogin.findMany({ where, select: { id: true, provider: true } });
    for (const link of unproven) await removeLink(tx, user, link, origin);
    return unproven.length;
  }

  return { findLink, addLink, removeLink, removeUnproven };
}

export type SocialLinks = ReturnType<typeof createSocialLinks>;
