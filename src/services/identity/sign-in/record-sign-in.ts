import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { Credentials } from './check-credentials.js';
import type { IdentityParts } from '../identity-parts.js';
import { lockUser, type LockedUser } from '../accounts/locked-user.js';
import type { UserRecord } from '../accounts/user-record.js';

/** An account whose owner was checked a moment ago, and the state of its password at that time. */
export interface CheckedUser {
  readonly id: string;
  readonly passwordChangedAt: Date | null;
}

/** Notes that somebody signed in. */
export function createRecordSignIn({ clock, credentials }: IdentityParts & { credentials: Credentials }) {
  /**
   * First step of a transaction that goes on with a sign-in: locks the account and makes sure that what was
   * checked still holds, so that no sign-in with the old password outlives a change that it raced.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED
   */
  async function recheckSignIn(tx: Transaction, checked: CheckedUser): Promise<LockedUser> {
    const user = await lockUser(tx, checked.id);
    if (!user || user.passwordChangedAt?.getTime() !== checked.passwordChangedAt?.getTime()) {
      throw new AppError('INVALID_CREDENTIALS');
    }
    const obstacle = credentials.findObstacle(user);
    if (obstacle) throw new AppError(obstacle);
    return user;
  }

  /** Sets `lastLoginAt` of an account that `recheckSignIn` has let on. Returns the account as it is then. */
  async function recordSignIn(tx: Transaction, user: LockedUser): Promise<UserRecord> {
    const { id, email, isVerified, status, createdAt, deletedAt } = user;
    const lastLoginAt = clock.now();
    await tx.user.update({ where: { id }, data: { lastLoginAt }, select: { id: true } });
    return { id, email, isVerified, status, createdAt, lastLoginAt, deletedAt };
  }

  return { recheckSignIn, recordSignIn };
}
