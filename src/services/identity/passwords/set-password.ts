import type { Transaction } from '../../../database/client.js';
import type { IdentityParts } from '../identity-parts.js';
import type { OneTimeTokens } from '../one-time-tokens.js';

/** What changing and resetting a password have in common. */
export function createSetPassword({
  clock,
  mail,
  tokens,
  reports,
}: IdentityParts & { tokens: OneTimeTokens }) {
  /**
   * Stores a new hash, voids reset links and a change of address that is under way (whoever knew the old
   * password may have asked for it), and mails a notice. The caller holds the account's lock.
   */
  return async function setPassword(
    tx: Transaction,
    user: { id: string; email: string },
    passwordHash: string,
    verified: boolean,
  ) {
    await tx.user.update({
      where: { id: user.id },
      data: { passwordHash, passwordChangedAt: clock.now(), ...(verified ? { isVerified: true } : {}) },
      select: { id: true },
    });
    await tokens.discard(tx, user.id, ['RESET_PASSWORD', 'CONFIRM_EMAIL_CHANGE']);
    const params = await reports.disownLink(tx, user);
    await mail.sendLater(tx, {
      userId: user.id,
      to: { address: user.email },
      template: 'password-changed',
      params,
    });
  };
}

export type SetPassword = ReturnType<typeof createSetPassword>;
