import { requireRecentSignIn } from '../../security/rights/step-up.js';
import { findLeaving, requireNotBeingErased } from '../compliance/erasure/conflicts.js';
import type { Actor } from './actor.js';
import type { AdminParts } from './admin-parts.js';
import { conflict, requireSomebodyElse, type Rules } from './rules.js';
import { readReason } from './suspend-user.js';

/** Deletes accounts so that they can be restored, and restores them. */
export function createDeleteUser(parts: AdminParts & { rules: Rules }) {
  const { db, clock, audit, identity, sessions, rules } = parts;

  /**
   * Makes an account invisible to everybody but staff and ends its sessions at once. Its address stays taken.
   *
   * @throws AppError BAD_USER_INPUT, FORBIDDEN, STEP_UP_REQUIRED, NOT_FOUND, CONFLICT
   */
  async function softDelete(actor: Actor, userId: string, given: string): Promise<void> {
    const reason = readReason(given);
    const actorId = actor.viewer.userId;
    await db.$transaction(async (tx) => {
      const { user } = await rules.requireSubject(tx, actor, 'users:write', userId);
      requireRecentSignIn(actor.viewer, clock);
      requireSomebodyElse(actor, user.id);
      if (user.status === 'DELETED')
        throw conflict('is deleted already; restoreUser brings it back, eraseUser erases it');
      await identity.requireAnotherAdmin(tx, user.id, findLeaving);
      await identity.softDelete(tx, user.id, reason);
      await sessions.endAll(tx, user.id, { reason: 'deleted', actorId, origin: actor.origin });
      const event = { actorId, subjectId: user.id, origin: actor.origin };
      await audit.record(tx, { action: 'user.deleted', ...event });
    });
  }

  /** @throws AppError FORBIDDEN, STEP_UP_REQUIRED, NOT_FOUND, CONFLICT when the account is not deleted */
  async function restore(actor: Actor, userId: string): Promise<void> {
    const actorId = actor.viewer.userId;
    await db.$transaction(async (tx) => {
      const { user } = await rules.requireSubject(tx, actor, 'users:write', userId);
      requireRecentSignIn(actor.viewer, clock);
      if (user.status !== 'DELETED') throw conflict('is not deleted; there is nothing to restore');
      await requireNotBeingErased(tx, user.id);
      await identity.restore(tx, user.id);
      const event = { actorId, subjectId: user.id, origin: actor.origin };
      await audit.record(tx, { action: 'user.restored', ...event });
    });
  }

  return { softDelete, restore };
}
