import { after, MINUTE } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { IdentityParts } from '../identity-parts.js';
import type { LockedUser } from '../accounts/locked-user.js';
import type { OneTimeTokens } from '../one-time-tokens.js';

type Parts = IdentityParts & { tokens: OneTimeTokens };

/** What follows when somebody says of what happened to their account: this wasn't me. */
export function createDisown(parts: Parts) {
  const { db, clock, audit, mail, tokens, endSessions, discardSecondFactors } = parts;

  /**
   * Locks a stranger out of an account: ends every session, voids the password, known devices and every link that was
   * mailed (but those that undo a change of address), and lets nobody in before a password is set by a mailed link.
   * Second factors that were set up, and providers that were linked, at `since` or later go too: they would keep the
   * owner out, or let the stranger in again. Where an earlier report awaits its answer, what came after that one goes:
   * its link is void from now on, and who answers the newest says nothing in favour of the others. The caller holds
   * the account's lock.
   */
  async function lockOut(
    tx: Transaction,
    user: LockedUser,
    { since, origin }: { since: Date; origin: RequestOrigin },
  ): Promise<void> {
    const now = clock.now();
    await tx.user.update({
      where: { id: user.id },
      data: { passwordHash: null, passwordChangedAt: now, credentialsVoidAt: now },
      select: { id: true },
    });
    const first = await tokens.findOldest(tx, user.id, 'DISOWN_ACTIVITY');
    // What a notice tells of was done just before its link was made.
    const from = after(first !== null && first < since ? first : since, -MINUTE);
    await tokens.discard(tx, user.id, [
      'VERIFY_EMAIL',
      'RESET_PASSWORD',
      'CONFIRM_EMAIL_CHANGE',
      'ACCEPT_INVITATION',
      'DISOWN_ACTIVITY',
    ]);
    await discardSecondFactors(tx, user.id, from);
    await unlinkProviders(tx, user.id, { from, origin });
    await endSessions(tx, user.id, { reason: 'disowned', actorId: user.id, origin });
    await audit.record(tx, { action: 'activity.disowned', actorId: user.id, subjectId: user.id, origin });
  }

  /** Without a mail for each: whoever clicked knows, and the account's address may be the stranger's. */
  async function unlinkProviders(
    tx: Transaction,
    userId: string,
    { from, origin }: { from: Date; origin: RequestOrigin },
  ): Promise<void> {
    const where = { userId, linkedAt: { gte: from } };
    const links = await tx.socialLogin.findMany({ where, select: { id: true } });
    await tx.socialLogin.deleteMany({ where });
    const event = { action: 'social_login.unlinked', actorId: userId, subjectId: userId, origin } as const;
    for (const { id } of links) await audit.record(tx, { ...event, data: { socialLoginId: id } });
  }

  /** Mails a link to choose a new password. */
  async function mailReset(tx: Transaction, { id, email }: { id: string; email: string }): Promise<void> {
    const params = await tokens.issue(tx, { userId: id, purpose: 'RESET_PASSWORD', email });
    await mail.sendLater(tx, { userId: id, to: { address: email }, template: 'reset-password', params });
  }

  /**
   * Spends the token of a notice: locks everybody out and mails a link to choose a new password. When the account
   * has moved to another address since, none is mailed there: it may be the stranger's, and the notice of the move
   * carries a link that undoes it.
   *
   * @throws AppError TOKEN_INVALID
   */
  async function disown({ token, origin }: { token: string; origin: RequestOrigin }): Promise<void> {
    await db.$transaction(async (tx) => {
      const { user, email, issuedAt } = await tokens.spend(tx, 'DISOWN_ACTIVITY', token);
      await lockOut(tx, user, { since: issuedAt, origin });
      if (user.email === email) await mailReset(tx, user);
    });
  }

  return { lockOut, mailReset, disown };
}

export type Disown = ReturnType<typeof createDisown>;
