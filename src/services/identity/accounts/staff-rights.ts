import type { Config } from '../../../config.js';
import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { levelOf, rolesAtLevel } from '../../../security/rights/assurance.js';
import { permissionsOf, rankOf, type Permission, type Role } from '../../../security/rights/permissions.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import type { createRoles } from './roles.js';

/** A signed-in member of staff, as far as their rights depend on it. */
export type Staff = Pick<Viewer, 'userId' | 'amr'>;

export interface StaffRightsParts {
  roles: Pick<ReturnType<typeof createRoles>, 'lockRights' | 'rolesInForce' | 'findRoles'>;
  config: Pick<Config, 'mfaRequiredRoles'>;
}

export type StaffRights = ReturnType<typeof createStaffRights>;

/** What staff may do, checked inside the transaction that does it: what was true when the request came may not be now. */
export function createStaffRights({ roles, config }: StaffRightsParts) {
  /**
   * Checks that a member of staff still holds the permission, and returns their roles. Rights stand still from
   * here to the end of the transaction: called before any account is locked.
   *
   * @throws AppError FORBIDDEN
   */
  async function requireRight(tx: Transaction, staff: Staff, permission: Permission): Promise<Role[]> {
    await roles.lockRights(tx);
    const held = await roles.rolesInForce(staff.userId, tx);
    const inForce = rolesAtLevel(held, levelOf(staff.amr), config.mfaRequiredRoles);
    if (!permissionsOf(inForce).has(permission)) throw new AppError('FORBIDDEN');
    return inForce;
  }

  /**
   * Checks that a member of staff may do something under data-protection law about a person: nobody acts on somebody
   * above them, and people whose processing is restricted (Art. 18 GDPR) are there for privacy officers only.
   *
   * @throws AppError FORBIDDEN, NOT_FOUND
   */
  async function requirePrivacyRight(
    tx: Transaction,
    staff: Staff,
    permission: Permission,
    userId: string,
  ): Promise<void> {
    const own = await requireRight(tx, staff, permission);
    if (!permissionsOf(own).has('privacy:restricted')) {
      const restricted = { id: userId, processingRestrictedAt: { not: null } };
      if ((await tx.user.count({ where: restricted })) > 0) throw new AppError('NOT_FOUND');
    }
    const [other = []] = await roles.findRoles([userId], tx);
    if (rankOf(other) > rankOf(own)) throw new AppError('FORBIDDEN');
  }

  return { requireRight, requirePrivacyRight };
}
