import type { Clock } from '../../clock.js';
import type { Database } from '../../database/client.js';
import { AppError } from '../../errors.js';
import type { AuditService } from '../audit/audit.service.js';
import { lockUser } from '../identity/locked-user.js';
import { isVisible, type UserRecord } from '../identity/user-record.js';
import type { ErasureActor } from './erasure-parts.js';

/**
 * Restriction of processing (Art. 18 GDPR): the data stays stored, and is readable by the person and by privacy
 * officers only.
 */
export function createRestrictionService(parts: { db: Database; clock: Clock; audit: AuditService }) {
  const { db, clock, audit } = parts;

  /**
   * Restricts the processing of the caller's own data, or lifts the restriction. Setting what is set changes nothing.
   *
   * @throws AppError UNAUTHENTICATED when the account is gone
   */
  async function setRestriction({ actorId, origin }: ErasureActor, restricted: boolean): Promise<UserRecord> {
    return db.$transaction(async (tx) => {
      const user = await lockUser(tx, actorId);
      if (!user || !isVisible(user)) throw new AppError('UNAUTHENTICATED');
      const { count } = await tx.user.updateMany({
        where: { id: actorId, processingRestrictedAt: restricted ? null : { not: null } },
        data: { processingRestrictedAt: restricted ? clock.now() : null },
      });
      if (count === 0) return user;
      const action = restricted ? 'processing.restricted' : 'processing.unrestricted';
      await audit.record(tx, { action, actorId, subjectId: actorId, origin });
      return user;
    });
  }

  /** Whether the processing of each of these accounts is restricted, in their order. */
  async function findRestricted(userIds: readonly string[]): Promise<boolean[]> {
    const rows = await db.user.findMany({
      where: { id: { in: [...userIds] }, processingRestrictedAt: { not: null } },
      select: { id: true },
    });
    const restricted = new Set(rows.map(({ id }) => id));
    return userIds.map((id) => restricted.has(id));
  }

  return { setRestriction, findRestricted };
}

export type RestrictionService = ReturnType<typeof createRestrictionService>;
