import type { Transaction } from '../../database/client.js';
import { AppError } from '../../errors.js';
import type { Credentials, VerifiedUser } from './check-credentials.js';
import type { IdentityParts } from './identity-parts.js';
import { lockUser } from './locked-user.js';
import { USER_COLUMNS, type UserRecord } from './user-record.js';

/** Notes that somebody signed in. */
export function createRecordSignIn({ clock, credentials }: IdentityParts & { credentials: Credentials }) {
  /**
   * First step of the transaction that opens a session: locks the account and makes sure that what was
   * checked still holds, so that no sign-in with the old password outlives a change that it raced. Sets
   * `lastLoginAt`.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED
   */
  return async function recordSignIn(tx: Transaction, verified: VerifiedUser): Promise<UserRecord> {
    const user = await lockUser(tx, verified.id);
    if (!user || user.passwordChangedAt?.getTime() !== verified.passwordChangedAt?.getTime()) {
      throw new AppError('INVALID_CREDENTIALS');
    }
    const obstacle = credentials.findObstacle(user);
    if (obstacle) throw new AppError(obstacle);
    return tx.user.update({
      where: { id: user.id },
      data: { lastLoginAt: clock.now() },
      select: USER_COLUMNS,
    });
  };
}
