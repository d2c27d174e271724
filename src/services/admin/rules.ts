import type { Transaction } from '../../database/client.js';
import { AppError } from '../../errors.js';
import { isUuid } from '../../input/uuid.js';
import { rankOf, type Permission, type Role } from '../../security/rights/permissions.js';
import { lockUser, type LockedUser } from '../identity/accounts/locked-user.js';
import type { Actor } from './actor.js';
import type { AdminParts } from './admin-parts.js';

/** An account that somebody may act on: locked, with the roles that it has. */
export interface Subject {
  user: LockedUser;
  roles: readonly Role[];
}

export type Rules = ReturnType<typeof createRules>;

/** Who may act on whom, checked inside the transaction that acts: what was true a moment ago may not be now. */
export function createRules({ identity }: Pick<AdminParts, 'identity'>) {
  /** See `StaffRights`. */
  const requireRight = (tx: Transaction, actor: Actor, permission: Permission): Promise<Role[]> =>
    identity.requireRight(tx, actor.viewer, permission);

  /**
   * Checks that the actor may do this to the account, and locks it.
   *
   * @throws AppError FORBIDDEN without the permission, and for somebody who stands above the actor; NOT_FOUND;
   *   CONFLICT for an erased account
   */
  async function requireSubject(
    tx: Transaction,
    actor: Actor,
    permission: Permission,
    userId: string,
  ): Promise<Subject> {
    const actorRoles = await requireRight(tx, actor, permission);
    const user = isUuid(userId) ? await lockUser(tx, userId) : null;
    if (!user) throw new AppError('NOT_FOUND');
    if (user.status === 'ERASED') {
      throw new AppError('CONFLICT', { hint: 'The account is erased; nothing can bring it back.' });
    }
    const [roles = []] = await identity.findRoles([user.id], tx);
    if (rankOf(roles) > rankOf(actorRoles)) throw new AppError('FORBIDDEN');
    return { user, roles };
  }

  return { requireRight, requireSubject };
}

/**
 * Keeps staff from shutting themselves out; leaving is done by erasing the own account.
 *
 * @throws AppError CONFLICT
 */
export function requireSomebodyElse(actor: Actor, userId: string): void {
  if (actor.viewer.userId !== userId) return;
  throw new AppError('CONFLICT', { fields: { userId: 'is your own account; ask another administrator' } });
}

/** The state of an account does not allow an operation: `problem` says which one does. */
export function conflict(problem: string): AppError {
  return new AppError('CONFLICT', { fields: { userId: problem } });
}
