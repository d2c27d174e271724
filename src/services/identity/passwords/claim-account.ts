import type { Transaction } from '../../../database/client.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { IdentityParts } from '../identity-parts.js';

export type ClaimAccount = ReturnType<typeof createClaimAccount>;

/**
 * Accounts opened under an address that nobody had proved: whoever opened one need not be the owner of the address
 * (“account pre-hijacking”, Sudhodanan and Paverd, USENIX Security 2022).
 */
export function createClaimAccount(parts: IdentityParts) {
  const { clock, audit, endSessions, discardSecondFactors } = parts;

  /**
   * Hands an account to the owner of its address, who has just proved that it is theirs for the first time: password,
   * sessions, links to providers, second factors, mailed tokens and changes under way are void, whoever set them up.
   * The caller holds the account’s lock.
   */
  return async function claim(
    tx: Transaction,
    { id: userId }: { id: string },
    origin: RequestOrigin,
  ): Promise<void> {
    await tx.socialLogin.deleteMany({ where: { userId } });
    await tx.oneTimeToken.deleteMany({ where: { userId } });
    await discardSecondFactors(tx, userId);
    await tx.user.update({
      where: { id: userId },
      data: { isVerified: true, passwordHash: null, passwordChangedAt: clock.now() },
      select: { id: true },
    });
    await endSessions(tx, userId, { reason: 'account-claimed', actorId: userId, origin });
    await audit.record(tx, { action: 'user.claimed', actorId: userId, subjectId: userId, origin });
  };
}
