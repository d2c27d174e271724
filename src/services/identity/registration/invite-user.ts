import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { checkNewPassword } from '../../../security/passwords/password-policy.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { IdentityParts } from '../identity-parts.js';
import type { MailedToken, OneTimeTokens } from '../one-time-tokens.js';
import type { Reservations } from '../addresses/reserved-addresses.js';
import { isUniqueViolation } from '../accounts/unique-violation.js';

export interface Invitation {
  email: string;
  fullName?: string | null;
}

export interface AcceptedInvitation {
  token: string;
  newPassword: string;
  origin: RequestOrigin;
}

type Parts = IdentityParts & { tokens: OneTimeTokens; reservations: Reservations };

/** Accounts that somebody else opens: their owner chooses the password by a mailed link. */
export function createInvitations(parts: Parts) {
  const { db, clock, passwords, policy, audit, mail, tokens, reservations } = parts;

  /**
   * Opens an account without a password and mails its owner a link to choose one, which works for seven days.
   * The caller records the event, and lets an error end the transaction.
   *
   * @throws AppError EMAIL_TAKEN, BAD_USER_INPUT
   */
  async function invite(
    tx: Transaction,
    { email, fullName }: Invitation,
  ): Promise<{ userId: string; invitation: MailedToken }> {
    const writeProfile = parts.prepareProfile(fullName === undefined ? {} : { fullName });
    const userId = await createUser(tx, email);
    await writeProfile(tx, userId);
    const invitation = await tokens.issue(tx, { userId, purpose: 'ACCEPT_INVITATION', email });
    await mail.sendLater(tx, { userId, to: { address: email }, template: 'invitation', params: invitation });
    return { userId, invitation };
  }

  async function createUser(tx: Transaction, email: string): Promise<string> {
    // Asked beforehand, since a violated constraint would end the caller's transaction.
    const holder = await tx.user.findUnique({ where: { email }, select: { id: true } });
    if (holder) throw new AppError('EMAIL_TAKEN');
    const userId = await insertUser(tx, email);
    if (await reservations.isReserved(tx, email, null)) throw new AppError('EMAIL_TAKEN');
    return userId;
  }

  async function insertUser(tx: Transaction, email: string): Promise<string> {
    try {
      return (await tx.user.create({ data: { email }, select: { id: true } })).id;
    } catch (error) {
      if (isUniqueViolation(error)) throw new AppError('EMAIL_TAKEN', { cause: error });
      throw error;
    }
  }

  /**
   * Spends the token of an invitation: sets the first password and marks the address as verified, since its
   * owner could read the mail. A refused password leaves the token unspent.
   *
   * @throws AppError TOKEN_INVALID, PASSWORD_*, OVERLOADED
   */
  async function accept({ token, newPassword, origin }: AcceptedInvitation): Promise<void> {
    const owner = await tokens.requireOwner(db, 'ACCEPT_INVITATION', token);
    const password = checkNewPassword(newPassword, { email: owner.email }, policy, 'newPassword');
    const passwordHash = await passwords.hash(password);
    await db.$transaction(async (tx) => {
      const { user, email } = await tokens.spend(tx, 'ACCEPT_INVITATION', token);
      if (user.email !== email || user.passwordHash !== null) throw new AppError('TOKEN_INVALID');
      await tx.user.update({
        where: { id: user.id },
        data: { passwordHash, passwordChangedAt: clock.now(), isVerified: true },
        select: { id: true },
      });
      await tokens.discard(tx, user.id, ['RESET_PASSWORD', 'VERIFY_EMAIL']);
      const event = { actorId: user.id, subjectId: user.id, origin } as const;
      await audit.record(tx, { action: 'user.invitation_accepted', ...event });
    });
  }

  return { invite, acceptInvitation: accept };
}
