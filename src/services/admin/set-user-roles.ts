import { AppError } from '../../errors.js';
import { rankOf, type Role } from '../../security/rights/permissions.js';
import { requireRecentSignIn } from '../../security/rights/step-up.js';
import { findLeaving } from '../compliance/erasure/conflicts.js';
import type { Actor } from './actor.js';
import type { AdminParts } from './admin-parts.js';
import { conflict, type Rules } from './rules.js';

/** Grants roles and takes them away. */
export function createSetUserRoles({ db, clock, audit, identity, rules }: AdminParts & { rules: Rules }) {
  /**
   * Replaces the roles of an account. They count from the next request on, and what was taken away is gone with
   * it, so no session needs to end. Nobody grants themselves anything, and nobody grants more than they have.
   *
   * @throws AppError FORBIDDEN, STEP_UP_REQUIRED, NOT_FOUND, CONFLICT for the last administrator
   */
  return async function setUserRoles(actor: Actor, userId: string, wanted: readonly Role[]): Promise<void> {
    const actorId = actor.viewer.userId;
    await db.$transaction(async (tx) => {
      const actorRoles = await rules.requireRight(tx, actor, 'roles:write');
      const { user, roles } = await rules.requireSubject(tx, actor, 'roles:write', userId);
      requireRecentSignIn(actor.viewer, clock);
      const next = new Set<Role>(['USER', ...wanted]);
      const granted = [...next].filter((role) => !roles.includes(role));
      const revoked = roles.filter((role) => !next.has(role));
      if (granted.length === 0 && revoked.length === 0) return;
      if (user.status === 'DELETED' && granted.length > 0) throw conflict('is deleted; restore it first');
      const isTooMuch = rankOf(granted) > rankOf(actorRoles) || (granted.length > 0 && user.id === actorId);
      if (isTooMuch) throw new AppError('FORBIDDEN');
      if (revoked.includes('ADMIN')) await identity.requireAnotherAdmin(tx, user.id, findLeaving);
      await identity.setRoles(tx, { userId: user.id, roles: [...next], grantedBy: actorId });
      const event = { actorId, subjectId: user.id, origin: actor.origin, data: { granted, revoked } };
      await audit.record(tx, { action: 'user.roles_changed', ...event });
    });
  };
}
