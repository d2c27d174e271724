import { badInput } from '../../errors.js';
import { parseText } from '../../input/text.js';
import { requireRecentSignIn } from '../../security/rights/step-up.js';
import type { AuditData } from '../audit/audit.service.js';
import { findLeaving } from '../compliance/erasure/conflicts.js';
import type { Actor } from './actor.js';
import type { AdminParts } from './admin-parts.js';
import { conflict, requireSomebodyElse, type Rules } from './rules.js';

/** The job that ends a suspension when its time is over. */
export const END_SUSPENSION_JOB = 'identity.end-suspension';

const MAX_REASON_LENGTH = 500;

export interface SuspensionOrder {
  reason: string;
  /** Null: until somebody ends it. */
  until: Date | null;
}

/** Why something is done to an account, as staff write it. @throws AppError BAD_USER_INPUT */
export function readReason(reason: string): string {
  return parseText(reason, 'reason', { min: 1, max: MAX_REASON_LENGTH, multiline: true });
}

/** Keeps somebody out for a time, and lets them in again. */
export function createSuspendUser(parts: AdminParts & { rules: Rules }) {
  const { db, clock, audit, identity, sessions, jobs, rules } = parts;

  /**
   * Suspends an account and ends its sessions at once, in every process. Suspending it again replaces reason and
   * end.
   *
   * @throws AppError BAD_USER_INPUT, FORBIDDEN, STEP_UP_REQUIRED, NOT_FOUND, CONFLICT
   */
  async function suspend(actor: Actor, userId: string, order: SuspensionOrder): Promise<void> {
    const reason = readReason(order.reason);
    const { until } = order;
    if (until && until <= clock.now()) throw badInput('until', 'must be in the future');
    const actorId = actor.viewer.userId;
    await db.$transaction(async (tx) => {
      const { user } = await rules.requireSubject(tx, actor, 'users:suspend', userId);
      requireRecentSignIn(actor.viewer, clock);
      requireSomebodyElse(actor, user.id);
      if (user.status === 'DELETED') throw conflict('is deleted; restore it first');
      await identity.requireAnotherAdmin(tx, user.id, findLeaving);
      await identity.suspend(tx, user.id, { reason, until });
      if (until) await jobs.enqueue(tx, END_SUSPENSION_JOB, { userId: user.id }, { startAfter: until });
      await sessions.endAll(tx, user.id, { reason: 'suspended', actorId, origin: actor.origin });
      const data: AuditData = until ? { until: until.toISOString() } : {};
      const event = { actorId, subjectId: user.id, origin: actor.origin, data };
      await audit.record(tx, { action: 'user.suspended', ...event });
    });
  }

  /**
   * Ends a suspension before its time.
   *
   * @throws AppError FORBIDDEN, STEP_UP_REQUIRED, NOT_FOUND, CONFLICT when the account is not suspended
   */
  async function reinstate(actor: Actor, userId: string): Promise<void> {
    const actorId = actor.viewer.userId;
    await db.$transaction(async (tx) => {
      const { user } = await rules.requireSubject(tx, actor, 'users:suspend', userId);
      requireRecentSignIn(actor.viewer, clock);
      if (user.status === 'DELETED') throw conflict('is deleted; restore it first');
      if (user.status !== 'SUSPENDED') throw conflict('is not suspended; there is nothing to end');
      await identity.reinstate(tx, user.id);
      const event = { actorId, subjectId: user.id, origin: actor.origin };
      await audit.record(tx, { action: 'user.reinstated', ...event, data: { reason: 'by-staff' } });
    });
  }

  return { suspend, reinstate };
}
