import { AppError } from '../../errors.js';
import { permissionsOf, rankOf, type Role } from '../../security/rights/permissions.js';
import { requireRecentSignIn } from '../../security/rights/step-up.js';
import type { Actor } from './actor.js';
import type { AdminParts } from './admin-parts.js';
import type { Rules } from './rules.js';

export interface NewUser {
  email: string;
  fullName?: string | null;
  /** USER alone, when left out. */
  roles?: readonly Role[];
}

/** Opens an account for somebody who then chooses the password by a mailed link. */
export function createCreateUser({ db, clock, audit, identity, rules }: AdminParts & { rules: Rules }) {
  /**
   * Returns the id of the new account. Granting roles with it needs `roles:write` besides `users:write`.
   *
   * @throws AppError FORBIDDEN, STEP_UP_REQUIRED, EMAIL_TAKEN, BAD_USER_INPUT
   */
  return async function createUser(actor: Actor, { email, fullName, roles = [] }: NewUser): Promise<string> {
    const actorId = actor.viewer.userId;
    const granted = roles.filter((role) => role !== 'USER');
    return db.$transaction(async (tx) => {
      const actorRoles = await rules.requireRight(tx, actor, 'users:write');
      if (granted.length > 0 && !permissionsOf(actorRoles).has('roles:write'))
        throw new AppError('FORBIDDEN');
      if (rankOf(granted) > rankOf(actorRoles)) throw new AppError('FORBIDDEN');
      requireRecentSignIn(actor.viewer, clock);
      const { userId } = await identity.invite(tx, {
        email,
        ...(fullName === undefined ? {} : { fullName }),
      });
      await identity.setRoles(tx, { userId, roles: granted, grantedBy: actorId });
      const data = { roles: [...new Set(granted)] };
      const event = { actorId, subjectId: userId, origin: actor.origin, data };
      await audit.record(tx, { action: 'user.invited', ...event });
      return userId;
    });
  };
}
