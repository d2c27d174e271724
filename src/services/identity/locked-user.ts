import type { Transaction } from '../../database/client.js';
import { USER_COLUMNS, type UserRecord, type UserStatus } from './user-record.js';

/** An account whose row is held until the transaction ends. */
export type LockedUser = LockedRow & (WithAddress | { readonly status: 'ERASED'; readonly email: null });

interface WithAddress {
  readonly status: Exclude<UserStatus, 'ERASED'>;
  readonly email: string;
}

interface LockedRow extends Omit<UserRecord, 'email' | 'status'> {
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date | null;
  readonly credentialsVoidAt: Date | null;
}

/**
 * Locks the row of an account, so that operations on one account happen one after the other, and reads it as
 * it is then. Every transaction takes this lock before it touches anything else of the account: no two can
 * deadlock.
 *
 * @returns null when there is no such account
 */
export async function lockUser(tx: Transaction, userId: string): Promise<LockedUser | null> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
  const row = await tx.user.findUnique({
    where: { id: userId },
    select: { ...USER_COLUMNS, passwordHash: true, passwordChangedAt: true, credentialsVoidAt: true },
  });
  return row as LockedUser | null; // a CHECK says that only erased accounts have no address
}
