import type { Database, Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { parseText } from '../../../input/text.js';
import { isUuid } from '../../../input/uuid.js';
import { findReadable, lockAccount, type LockedAccount } from '../../identity/accounts/locked-user.js';
import { beingErased, erasedAlready } from './conflicts.js';
import { createErasureMails } from './erasure-mails.js';
import type { ErasureActor, ErasureParts, StaffActor } from './erasure-parts.js';
import type { ErasureRecord } from './erasure-record.js';
import { findOpen, isHeld } from './request-erasure.js';

const MAX_REASON = 500;

/** Holding back the erasure of an account while a legal claim needs its data (Art. 17(3)(e), 18(2) GDPR). */
export function createLegalHolds(parts: ErasureParts) {
  const { db, clock, audit } = parts;
  const mails = createErasureMails(parts);

  /**
   * Holds an account: what erases or expires data leaves it alone, and a scheduled erasure waits. The reason is
   * sealed under the key of the person whom it concerns.
   *
   * @throws AppError BAD_USER_INPUT, NOT_FOUND, FORBIDDEN; CONFLICT when it is held already, being erased or erased
   */
  async function place(actor: StaffActor, userId: string, given: string): Promise<void> {
    const reason = parseText(given, 'reason', { min: 1, max: MAX_REASON });
    await db.$transaction(async (tx) => {
      const user = await requireUser(tx, actor, userId);
      if (user.status === 'ERASED') throw erasedAlready();
      const open = await findOpen(tx, userId);
      if (open?.status === 'RUNNING') throw beingErased();
      if (await isHeld(tx, userId)) throw alreadyHeld();
      await tx.legalHold.create({
        data: { userId, reason, placedAt: clock.now(), placedBy: actor.actorId },
        select: { id: true },
      });
      if (open)
        await tx.erasureRequest.update({
          where: { id: open.id },
          data: { status: 'ON_HOLD' },
          select: { id: true },
        });
      await audit.record(tx, { action: 'hold.placed', ...about(actor, userId) });
    });
  }

  /**
   * Ends the hold. An erasure that waited is scheduled again, of which the person is told, and takes place at once when its time
   * has passed.
   *
   * @throws AppError NOT_FOUND, FORBIDDEN; CONFLICT when the account is not held, or is the caller's own
   */
  async function release(actor: StaffActor, userId: string): Promise<void> {
    await db.$transaction(async (tx) => {
      await requireUser(tx, actor, userId);
      if (actor.actorId === userId) throw ownHold();
      const { count } = await tx.legalHold.updateMany({
        where: { userId, releasedAt: null },
        data: { releasedAt: clock.now(), releasedBy: actor.actorId },
      });
      if (count === 0) throw notHeld();
      const open = await findOpen(tx, userId);
      if (open?.status === 'ON_HOLD') await schedule(tx, open);
      await audit.record(tx, { action: 'hold.released', ...about(actor, userId) });
    });
  }

  /** The person learns the day, as of any erasure. */
  async function schedule(tx: Transaction, { id, userId, scheduledFor }: ErasureRecord): Promise<void> {
    await tx.erasureRequest.update({ where: { id }, data: { status: 'SCHEDULED' }, select: { id: true } });
    if (scheduledFor <= clock.now()) return; // it begins at once: the mail would go with the account
    await mails.scheduled(tx, await findReadable(tx, userId), { id, scheduledFor });
  }

  async function requireUser(tx: Transaction, actor: StaffActor, userId: string): Promise<LockedAccount> {
    if (!isUuid(userId)) throw new AppError('NOT_FOUND');
    await parts.rights.requirePrivacyRight(tx, actor.viewer, 'privacy:erase', userId);
    const user = await lockAccount(tx, userId);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** Those of these accounts that are held: what deletes by itself leaves them alone. */
  async function findHeld(
    userIds: readonly string[],
    client: Database | Transaction = db,
  ): Promise<Set<string>> {
    const rows = await client.legalHold.findMany({
      where: { userId: { in: [...userIds] }, releasedAt: null },
      select: { userId: true },
    });
    return new Set(rows.map((row) => row.userId));
  }

  return { place, release, findHeld };
}

export type LegalHolds = ReturnType<typeof createLegalHolds>;

function about({ actorId, origin }: ErasureActor, subjectId: string) {
  return { actorId, subjectId, origin };
}

function ownHold(): AppError {
  return new AppError('CONFLICT', {
    hint: 'The hold lies on your own account; another privacy officer releases it.',
  });
}

function notHeld(): AppError {
  return new AppError('CONFLICT', {
    hint: 'No legal hold lies on the account; there is nothing to release.',
  });
}

function alreadyHeld(): AppError {
  return new AppError('CONFLICT', {
    hint: 'A legal hold lies on the account already.',
    satisfiedBy: 'releaseLegalHold',
  });
}
