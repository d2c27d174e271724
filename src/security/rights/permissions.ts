import { AppError } from '../../errors.js';

/** What somebody may be beside a user. USER is everybody and is never stored. */
export const ROLES = ['USER', 'SUPPORT', 'PRIVACY_OFFICER', 'ADMIN'] as const;

export type Role = (typeof ROLES)[number];

/** A role that is granted to somebody, and can be taken away. */
export type StaffRole = Exclude<Role, 'USER'>;

interface PermissionEntry {
  /** Completes the sentence "Who holds it may …". */
  readonly meaning: string;
  readonly roles: readonly StaffRole[];
}

/**
 * The one table of who may do what. The checks of operations and fields, the answer to `User.permissions` and
 * docs/administration.md come from it. What no role holds here, nobody may do.
 */
export const PERMISSIONS = {
  'users:read': {
    meaning: 'read the accounts of others; each look is an audit event',
    roles: ['SUPPORT', 'PRIVACY_OFFICER', 'ADMIN'],
  },
  'users:write': { meaning: 'invite, delete and restore accounts', roles: ['ADMIN'] },
  'users:suspend': { meaning: 'suspend and reinstate accounts', roles: ['SUPPORT', 'ADMIN'] },
  'sessions:revoke': { meaning: 'end the sessions of others', roles: ['SUPPORT', 'ADMIN'] },
  'roles:write': { meaning: 'grant roles and take them away', roles: ['ADMIN'] },
  'audit:read': {
    meaning: 'read and verify the record of what happened',
    roles: ['PRIVACY_OFFICER', 'ADMIN'],
  },
  'privacy:read': {
    meaning: 'read erasure requests, cases and the inventory of personal data',
    roles: ['PRIVACY_OFFICER', 'ADMIN'],
  },
  'privacy:export': {
    meaning: 'have the data of others exported for them',
    roles: ['PRIVACY_OFFICER', 'ADMIN'],
  },
  'privacy:cases': {
    meaning: 'enter, extend and answer requests of data subjects',
    roles: ['PRIVACY_OFFICER', 'ADMIN'],
  },
  'privacy:erase': {
    meaning: 'erase accounts, and hold erasures back',
    roles: ['PRIVACY_OFFICER', 'ADMIN'],
  },
  'privacy:restricted': {
    meaning: 'read accounts whose processing is restricted (Art. 18 GDPR)',
    roles: ['PRIVACY_OFFICER'],
  },
} as const satisfies Record<string, PermissionEntry>;

export type Permission = keyof typeof PERMISSIONS;

const NAMES = Object.keys(PERMISSIONS) as Permission[];

/** Whether a text names a permission of the table. */
export function isPermission(name: string): name is Permission {
  return Object.hasOwn(PERMISSIONS, name);
}

/** What somebody with these roles may do, in the order of the table. */
export function permissionsOf(roles: Iterable<Role>): ReadonlySet<Permission> {
  const held = new Set<Role>(roles);
  return new Set(NAMES.filter((name) => PERMISSIONS[name].roles.some((role) => held.has(role))));
}

/** How high the highest of these roles stands: 0 for a plain user. Nobody acts on somebody who stands higher. */
export function rankOf(roles: Iterable<Role>): number {
  return Math.max(0, ...[...roles].map((role) => ROLES.indexOf(role)));
}

/**
 * Lets only a caller on who holds the permission.
 *
 * @throws AppError FORBIDDEN; `onWithheld()` when a second factor is all that is missing
 */
export async function requirePermission(
  caller: Record<'permissions' | 'withheldPermissions', () => Promise<ReadonlySet<Permission>>>,
  permission: Permission,
  onWithheld: () => AppError,
): Promise<void> {
  if ((await caller.permissions()).has(permission)) return;
  throw (await caller.withheldPermissions()).has(permission) ? onWithheld() : new AppError('FORBIDDEN');
}
