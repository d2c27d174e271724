import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { Credentials } from '../sign-in/check-credentials.js';
import type { Disown } from '../sign-in/disown-activity.js';
import { isUniqueViolation } from '../accounts/unique-violation.js';
import { atEvenPace } from '../sign-in/even-pace.js';
import type { IdentityParts, SignedIn } from '../identity-parts.js';
import { lockUser, type LockedUser } from '../accounts/locked-user.js';
import type { OneTimeTokens } from '../one-time-tokens.js';
import type { Reservations } from './reserved-addresses.js';

type Parts = IdentityParts & {
  tokens: OneTimeTokens;
  credentials: Credentials;
  reservations: Reservations;
  disown: Pick<Disown, 'lockOut' | 'mailReset'>;
};

/** Moves an account to another address. */
export function createEmailChange(parts: Parts) {
  const { db, audit, mail, guard, tokens, credentials, reservations, disown } = parts;

  /** Whether the address is another account's. */
  async function isHeld(tx: Transaction, email: string, userId: string): Promise<boolean> {
    const holder = await tx.user.findUnique({ where: { email }, select: { id: true } });
    return holder !== null && holder.id !== userId;
  }

  /** Whether the address is another account's, or reserved for one. */
  async function isTaken(tx: Transaction, email: string, userId: string): Promise<boolean> {
    return (await isHeld(tx, email, userId)) || reservations.isReserved(tx, email, userId);
  }

  /**
   * Mails a link to the new address; the change takes place when it is confirmed there. A taken address gets
   * no mail, nor does one that got too many lately, and the answer is the same.
   *
   * @throws AppError INVALID_CREDENTIALS for a wrong password, OVERLOADED
   */
  async function request(
    { userId, origin }: SignedIn,
    { newEmail, password }: { newEmail: string; password: string },
  ): Promise<void> {
    await credentials.requirePassword({ userId, password, origin });
    await atEvenPace(async () => {
      const mayMail = await guard.mayMail('confirm-email-change', newEmail);
      await db.$transaction(async (tx) => {
        const user = await lockUser(tx, userId);
        if (user?.status !== 'ACTIVE') throw new AppError('UNAUTHENTICATED');
        await audit.record(tx, {
          action: 'email.change_requested',
          actorId: userId,
          subjectId: userId,
          origin,
        });
        if (!mayMail || (await isTaken(tx, newEmail, userId))) return;
        const params = await tokens.issue(tx, { userId, purpose: 'CONFIRM_EMAIL_CHANGE', email: newEmail });
        await mail.sendLater(tx, {
          userId,
          to: { address: newEmail },
          template: 'confirm-email-change',
          params,
        });
      });
    });
  }

  /**
   * Spends a token of the mail to the new address, which proves that address: swaps the two, and voids what was mailed
   * to the old one. If that had been proved, it gets a notice with a link that undoes the change for 72 hours, and is
   * reserved for as long; nobody knows whose an unproved one is: it gets no mail, and is free at once.
   *
   * @throws AppError TOKEN_INVALID; CONFLICT when the address has been taken meanwhile
   */
  async function confirm({ token, origin }: { token: string; origin: RequestOrigin }): Promise<void> {
    await orConflict(() =>
      db.$transaction(async (tx) => {
        const { user, email } = await tokens.spend(tx, 'CONFIRM_EMAIL_CHANGE', token);
        if (await isHeld(tx, email, user.id)) throw takenMeanwhile();
        await swap(tx, user, { email, isVerified: true });
        if (await reservations.isReserved(tx, email, user.id)) throw takenMeanwhile();
        await audit.record(tx, { action: 'email.changed', actorId: user.id, subjectId: user.id, origin });
        if (user.isVerified) await mailUndoLink(tx, user);
      }),
    );
  }

  /** Mails the address that `user` had until now a link that undoes the change. */
  async function mailUndoLink(tx: Transaction, user: { id: string; email: string }): Promise<void> {
    const { id: userId, email } = user;
    const params = await tokens.issue(tx, { userId, purpose: 'UNDO_EMAIL_CHANGE', email });
    await mail.sendLater(tx, { userId, to: { address: email }, template: 'email-change-notice', params });
  }

  /**
   * Spends a token of the notice to the old address: restores that address and locks the stranger out who moved the
   * account: every session ends, and a new password has to be chosen by a link that is mailed there.
   *
   * @throws AppError TOKEN_INVALID; CONFLICT when the address belongs to another account
   */
  async function undo({ token, origin }: { token: string; origin: RequestOrigin }): Promise<void> {
    await orConflict(() =>
      db.$transaction(async (tx) => {
        const { user, email, issuedAt } = await tokens.spend(tx, 'UNDO_EMAIL_CHANGE', token);
        await swap(tx, user, { email });
        await tokens.discardUndoLinksAfter(tx, user.id, issuedAt);
        await audit.record(tx, {
          action: 'email.change_undone',
          actorId: user.id,
          subjectId: user.id,
          origin,
        });
        await disown.lockOut(tx, user, { since: issuedAt, origin });
        await disown.mailReset(tx, { id: user.id, email });
      }),
    );
  }

  /** Moves the account. An undo proves nothing: its link went to an address that had been proved before. */
  async function swap(
    tx: Transaction,
    user: LockedUser,
    data: { email: string; isVerified?: true },
  ): Promise<void> {
    await tx.user.update({ where: { id: user.id }, data, select: { id: true } });
    await tokens.discard(tx, user.id, ['VERIFY_EMAIL', 'RESET_PASSWORD', 'CONFIRM_EMAIL_CHANGE']);
  }

  return { request, confirm, undo };
}

function takenMeanwhile(cause?: unknown): AppError {
  const hint = 'Another account has this address by now; ask for the change to another one.';
  return new AppError('CONFLICT', { hint, satisfiedBy: 'requestEmailChange', cause });
}

/** A race for one address ends in a unique violation for all but one. */
async function orConflict(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw takenMeanwhile(error);
    throw error;
  }
}
