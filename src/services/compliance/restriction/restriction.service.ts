import type { Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { AuditService } from '../../audit/audit.service.js';
import { lockUser } from '../../identity/accounts/locked-user.js';
import { isVisible, type UserRecord } from '../../identity/accounts/user-record.js';
import type { CaseService } from '../cases/case.service.js';
import type { ErasureActor } from '../erasure/erasure-parts.js';

interface RestrictionParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  cases: Pick<CaseService, 'settle'>;
}

/**
 * Restriction of processing (Art. 18 GDPR): the data stays stored, and is readable by the person and by privacy
 * officers only.
 */
export function createRestrictionService(parts: RestrictionParts) {
  const { db, clock, audit, cases } = parts;

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
      if (restricted) await settleCase(tx, actorId, origin);
      return user;
    });
  }

  /** The request is carried out as it comes. */
  async function settleCase(tx: Transaction, userId: string, origin: ErasureActor['origin']): Promise<void> {
    const row = {
      userId, type: 'RESTRICTION', channel: 'self-service', receivedAt: clock.now(), identityProof: 'Signed in',
      openedBy: userId, reference: null, origin,
    } as const; // prettier-ignore
    const done = 'The processing is restricted from now on.';
    await cases.settle(tx, row, { decision: 'GRANTED', answer: done, evidence: done });
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
