import type { Transaction } from '../../../database/client.js';
import type { RequestOrigin } from '../../../security/request-context.js';
import type { IdentityParts } from '../identity-parts.js';
import type { ProviderIdentity } from './provider.js';

export interface NewLink {
  provider: string;
  identity: Pick<ProviderIdentity, 'subject'>;
  origin: RequestOrigin;
}

/** Joining an account with somebody at a provider; the pair (provider, subject) names them, and nothing else does. */
export function createSocialLinks({ clock, audit, mail }: IdentityParts) {
  /** The link of this person at this provider; null when there is none. */
  async function findLink(tx: Transaction, provider: string, subject: string) {
    return tx.socialLogin.findFirst({
      where: { provider, providerId: subject },
      select: { id: true, userId: true },
    });
  }

  /** Adds a link and tells the owner of the account. The caller holds the account’s lock. */
  async function addLink(
    tx: Transaction,
    { id: userId, email }: { id: string; email: string },
    { provider, identity, origin }: NewLink,
  ): Promise<{ id: string; userId: string }> {
    const { id } = await tx.socialLogin.create({
      data: { userId, provider, providerId: identity.subject, linkedAt: clock.now() },
      select: { id: true },
    });
    const event = { actorId: userId, subjectId: userId, origin, data: { socialLoginId: id } } as const;
    await audit.record(tx, { action: 'social_login.linked', ...event });
    await notify(tx, { userId, email, provider, template: 'social-login-linked' });
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
    await notify(tx, { userId, email, provider: link.provider, template: 'social-login-unlinked' });
  }

  async function notify(
    tx: Transaction,
    notice: {
      userId: string;
      email: string;
      provider: string;
      template: 'social-login-linked' | 'social-login-unlinked';
    },
  ): Promise<void> {
    const { userId, email, provider, template } = notice;
    await mail.sendLater(tx, { userId, to: { address: email }, template, params: { provider } });
  }

  return { findLink, addLink, removeLink };
}

export type SocialLinks = ReturnType<typeof createSocialLinks>;
