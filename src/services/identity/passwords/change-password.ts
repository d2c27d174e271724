import { AppError } from '../../../errors.js';
import { checkNewPassword } from '../../../security/passwords/password-policy.js';
import type { Credentials } from '../sign-in/check-credentials.js';
import type { IdentityParts, SignedIn } from '../identity-parts.js';
import { lockUser } from '../accounts/locked-user.js';
import { isVisible } from '../accounts/user-record.js';
import type { SetPassword } from './set-password.js';

type Parts = IdentityParts & { credentials: Credentials; setPassword: SetPassword };

/** Changes the password of a signed-in user. */
export function createChangePassword(parts: Parts) {
  const { db, passwords, policy, audit, credentials, setPassword, endSessions } = parts;

  /**
   * Replaces the password, ends every other session and mails a notice.
   *
   * @throws AppError INVALID_CREDENTIALS for a wrong current password, PASSWORD_* for the new one, OVERLOADED
   */
  return async function changePassword(
    { userId, sessionId, origin }: SignedIn,
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
  ): Promise<void> {
    const verified = await credentials.requirePassword({ userId, password: currentPassword, origin });
    const password = checkNewPassword(newPassword, { email: verified.email }, policy, 'newPassword');
    const passwordHash = await passwords.hash(password);
    await db.$transaction(async (tx) => {
      const user = await lockUser(tx, userId);
      if (
        !user ||
        !isVisible(user) ||
        user.passwordChangedAt?.getTime() !== verified.passwordChangedAt?.getTime()
      ) {
        throw new AppError('INVALID_CREDENTIALS');
      }
      await setPassword(tx, user, passwordHash, false);
      await endSessions(tx, userId, {
        except: sessionId,
        reason: 'password-changed',
        actorId: userId,
        origin,
      });
      await audit.record(tx, { action: 'password.changed', actorId: userId, subjectId: userId, origin });
    });
  };
}
