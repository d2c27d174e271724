import type { Transaction } from '../../../database/client.js';
import { SealedValueError } from '../../../privacy/privacy-errors.js';
import { USER_COLUMNS, type UserRecord, type UserStatus } from './user-record.js';

/** An account whose row is held until the transaction ends. */
export type LockedUser = LockedRow & (WithAddress | { readonly status: 'ERASED'; readonly email: null });

/** What can be said of a locked account without opening anything. */
export type LockedAccount = Pick<UserRecord, 'id' | 'status'>;

export type Addressee = Pick<UserRecord, 'id' | 'status' | 'email'>;

interface WithAddress {
  readonly status: Exclude<UserStatus, 'ERASED'>;
  readonly email: string;
}

interface LockedRow extends Omit<UserRecord, 'email' | 'status'> {
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date | null;
  readonly credentialsVoidAt: Date | null;
  readonly importedAt: Date | null;
}

const COLUMNS = {
  ...USER_COLUMNS,
  passwordHash: true,
  passwordChangedAt: true,
  credentialsVoidAt: true,
  importedAt: true,
} as const;

/**
 * Locks the row of an account, so that operations on one account happen one after the other, and reads it as
 * it is then. Every transaction takes this lock before it touches anything else of the account: no two can
 * deadlock.
 *
 * @returns null when there is no such account
 */
export async function lockUser(tx: Transaction, userId: string): Promise<LockedUser | null> {
  return (await lockAccount(tx, userId)) && readLocked(tx, userId);
}

/** The same for what opens none of the account's values, and has to go on where they do not open. */
export async function lockAccount(tx: Transaction, userId: string): Promise<LockedAccount | null> {
  const [row] = await tx.$queryRaw<LockedAccount[]>`
    SELECT id::text, status::text FROM users WHERE id = ${userId}::uuid FOR UPDATE`;
  return row ?? null;
}

/** What `lockUser` reads of an account that is locked; null also where its values do not open. */
export function findReadable(tx: Transaction, userId: string): Promise<LockedUser | null> {
  return nullUnlessOpen(readLocked(tx, userId));
}

/** Whom a mail about an account that is locked goes to; null also where the address does not open. */
export function findAddressee(tx: Transaction, userId: string): Promise<Addressee | null> {
  const select = { id: true, status: true, email: true } as const;
  return nullUnlessOpen(tx.user.findUnique({ where: { id: userId }, select }));
}

async function nullUnlessOpen<T>(read: PromiseLike<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof SealedValueError) return null;
    throw error;
  }
}

async function readLocked(tx: Transaction, userId: string): Promise<LockedUser | null> {
  const row = await tx.user.findUnique({
    where: { id: userId },
    select: COLUMNS,
  });
  return row as LockedUser | null; // a CHECK says that only erased accounts have no address
}
