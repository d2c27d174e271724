import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { atEvenPace } from '../sign-in/even-pace.js';
import type { IdentityParts } from '../identity-parts.js';
import { lockUser } from '../accounts/locked-user.js';
import type { OneTimeTokens } from '../one-time-tokens.js';

type Parts = IdentityParts & { tokens: OneTimeTokens };

/** Proof that an address belongs to its account. */
export function createVerification(parts: Parts) {
  const { db, audit, mail, guard, tokens, reports, discardSecondFactors } = parts;

  /**
   * Mails a new link; those sent before no longer work. The caller holds the account's lock, or has just
   * made it. Where the account was opened by way of a provider, the mail says so: its reader must know whom else it lets
   * in.
   */
  async function send(tx: Transaction, user: { id: string; email: string }): Promise<void> {
    const token = await tokens.issue(tx, { userId: user.id, purpose: 'VERIFY_EMAIL', email: user.email });
    const opened = await tx.socialLogin.findFirst({
      where: { userId: user.id, addressProved: false },
      select: { provider: true },
    });
    const params = { ...token, ...(opened ?? {}) };
    await mail.sendLater(tx, {
      userId: user.id,
      to: { address: user.email },
      template: 'verify-email',
      params,
    });
  }

  /**
   * Mails a new link when the address belongs to an account in use that is not verified, and did not get too many
   * lately; answers alike in every case.
   *
   * @throws AppError RATE_LIMITED when too many were asked for from one network
   */
  async function request({ email, origin }: { email: string; origin: RequestOrigin }): Promise<void> {
    await guard.limit('mailRequest', origin);
    await atEvenPace(async () => {
      if (!(await guard.mayMail('verify-email', email))) return;
      const found = await db.user.findUnique({ where: { email }, select: { id: true } });
      if (!found) return;
      await db.$transaction(async (tx) => {
        const user = await lockUser(tx, found.id);
        if (user?.status !== 'ACTIVE' || user.isVerified) return;
        await send(tx, user);
        const event = { action: 'email.verification_requested', actorId: null, subjectId: user.id } as const;
        await audit.record(tx, { ...event, origin });
      });
    });
  }

  /**
   * Spends a token of a mailed link. Second factors and passkeys that were set up before the first proof of the address
   * go, as when its owner takes the account over: a stranger who registered the address could keep its owner out by
   * them, or come back. The password and sessions stay: it is mostly the owner who registered.
   *
   * @throws AppError TOKEN_INVALID
   */
  async function verify({ token, origin }: { token: string; origin: RequestOrigin }): Promise<void> {
    await db.$transaction(async (tx) => {
      const { user, email } = await tokens.spend(tx, 'VERIFY_EMAIL', token);
      if (user.email !== email) throw new AppError('TOKEN_INVALID');
      await tx.user.update({ where: { id: user.id }, data: { isVerified: true }, select: { id: true } });
      await audit.record(tx, { action: 'email.verified', actorId: user.id, subjectId: user.id, origin });
      if (!user.isVerified) await dropSecondFactors(tx, user, origin);
    });
  }

  async function dropSecondFactors(
    tx: Transaction,
    user: { id: string; email: string },
    origin: RequestOrigin,
  ): Promise<void> {
    const { id: userId, email } = user;
    const methods = await discardSecondFactors(tx, userId);
    if (methods.length === 0) return;
    const event = { actorId: userId, subjectId: userId, origin, data: { methods, reason: 'address-proved' } };
    await audit.record(tx, { action: 'mfa.disabled', ...event });
    const params = { change: 'address-proved', ...(await reports.disownLink(tx, user)) } as const;
    await mail.sendLater(tx, { userId, to: { address: email }, template: 'mfa-changed', params });
  }

  return { send, request, verify };
}

export type Verification = ReturnType<typeof createVerification>;
