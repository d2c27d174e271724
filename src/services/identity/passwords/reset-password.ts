import { AppError } from '../../../errors.js';
import { checkNewPassword } from '../../../security/passwords/password-policy.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { atEvenPace } from '../sign-in/even-pace.js';
import type { IdentityParts } from '../identity-parts.js';
import type { ClaimAccount } from './claim-account.js';
import { lockUser } from '../accounts/locked-user.js';
import type { OneTimeTokens } from '../one-time-tokens.js';
import type { SetPassword } from './set-password.js';
import type { SocialLinks } from '../accounts/social-link.js';

export interface PasswordResetInput {
  token: string;
  newPassword: string;
  origin: RequestOrigin;
}

type Parts = IdentityParts & {
  tokens: OneTimeTokens;
  setPassword: SetPassword;
  claim: ClaimAccount;
  links: Pick<SocialLinks, 'removeUnproven'>;
};

/** The way back in for who forgot the password. */
export function createPasswordReset(parts: Parts) {
  const { db, passwords, policy, audit, mail, guard, tokens, setPassword, endSessions, claim, links } = parts;

  /**
   * Mails a reset link when the address belongs to an account in use and did not get too many lately; answers alike
   * in every case.
   *
   * @throws AppError RATE_LIMITED when too many were asked for from one network
   */
  async function request({ email, origin }: { email: string; origin: RequestOrigin }): Promise<void> {
    await guard.limit('mailRequest', origin);
    await atEvenPace(async () => {
      if (!(await guard.mayMail('reset-password', email))) return;
      const found = await db.user.findUnique({ where: { email }, select: { id: true } });
      if (!found) return;
      await db.$transaction(async (tx) => {
        const user = await lockUser(tx, found.id);
        if (user?.status !== 'ACTIVE') return;
        const { id, email: address } = user;
        const params = await tokens.issue(tx, { userId: id, purpose: 'RESET_PASSWORD', email: address });
        await mail.sendLater(tx, { userId: id, to: { address }, template: 'reset-password', params });
        await audit.record(tx, {
          action: 'password.reset_requested',
          actorId: null,
          subjectId: user.id,
          origin,
        });
      });
    });
  }

  /**
   * Spends a mailed token: sets the password, ends every session, marks the address as verified (its owner
   * could read the mail), forgets failed attempts to sign in and mails a notice. Where that is the first proof of the
   * address, nothing else that was set up before stays either; where it was proved, no link from before that. A refused password leaves the token unspent.
   *
   * @throws AppError TOKEN_INVALID, PASSWORD_*, OVERLOADED
   */
  async function reset({ token, newPassword, origin }: PasswordResetInput): Promise<void> {
    const owner = await tokens.requireOwner(db, 'RESET_PASSWORD', token);
    const password = checkNewPassword(newPassword, { email: owner.email }, policy, 'newPassword');
    const passwordHash = await passwords.hash(password);
    const userId = await db.$transaction(async (tx) => {
      const { user, email } = await tokens.spend(tx, 'RESET_PASSWORD', token);
      if (user.email !== email) throw new AppError('TOKEN_INVALID');
      if (user.isVerified) await links.removeUnproven(tx, { id: user.id, email }, origin);
      else await claim(tx, user, origin);
      await setPassword(tx, user, passwordHash, true);
      await tokens.discard(tx, user.id, ['VERIFY_EMAIL']);
      await endSessions(tx, user.id, { reason: 'password-reset', actorId: user.id, origin });
      await audit.record(tx, {
        action: 'password.reset',
        actorId: user.id,
        subjectId: user.id,
        origin,
      });
      return user.id;
    });
    await guard.forget(userId, origin);
  }

  return { request, reset };
}
