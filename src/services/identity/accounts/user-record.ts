/** Where an account stands. DELETED can be restored; ERASED never opens again. */
export type UserStatus = 'ACTIVE' | 'SUSPENDED' | 'DELETED' | 'ERASED';

/**
 * An account as the services hand it on: opened, without the password hash. A property may be a getter that
 * opens its sealed value when it is read, and throws SealedValueError where it does not open.
 */
export interface UserRecord {
  readonly id: string;
  readonly email: string | null;
  readonly isVerified: boolean;
  readonly status: UserStatus;
  readonly createdAt: Date;
  readonly lastLoginAt: Date | null;
  readonly deletedAt: Date | null;
}

/** The columns that make a UserRecord: what a query selects. */
export const USER_COLUMNS = {
  id: true,
  email: true,
  isVerified: true,
  status: true,
  createdAt: true,
  lastLoginAt: true,
  deletedAt: true,
} as const;

/** Deleted and erased accounts are invisible to everybody but operators; only erased ones have no address. */
export function isVisible<U extends { status: UserStatus }>(
  user: U,
): user is U & { status: 'ACTIVE' | 'SUSPENDED'; email: string } {
  return user.status === 'ACTIVE' || user.status === 'SUSPENDED';
}
