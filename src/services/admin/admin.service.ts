import type { Actor } from './actor.js';
import type { AdminParts } from './admin-parts.js';
import { createBootstrap } from './bootstrap.js';
import { createCreateUser } from './create-user.js';
import { createDeleteUser } from './delete-user.js';
import { createRules } from './rules.js';
import { createSetUserRoles } from './set-user-roles.js';
import { createSuspendUser } from './suspend-user.js';

/**
 * What staff do to the accounts of others. Each operation checks its permission and its rules inside its own
 * transaction, and records its event there.
 */
export function createAdminService(parts: AdminParts) {
  const rules = createRules(parts);
  const all = { ...parts, rules };

  /**
   * Ends every session of an account at once. Asks for no recent sign-in: it protects the account.
   *
   * @returns how many ended
   * @throws AppError FORBIDDEN, NOT_FOUND
   */
  async function revokeSessions(actor: Actor, userId: string): Promise<number> {
    return parts.db.$transaction(async (tx) => {
      const { user } = await rules.requireSubject(tx, actor, 'sessions:revoke', userId);
      const ending = { reason: 'revoked-by-staff', actorId: actor.viewer.userId, origin: actor.origin };
      return parts.sessions.endAll(tx, user.id, ending);
    });
  }

  return {
    createUser: createCreateUser(all),
    setUserRoles: createSetUserRoles(all),
    ...createSuspendUser(all),
    ...createDeleteUser(all),
    revokeSessions,
    bootstrap: createBootstrap(parts),
  };
}

export type AdminService = ReturnType<typeof createAdminService>;
