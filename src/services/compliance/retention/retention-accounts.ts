import { after, DAY } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { findUnusedAccounts, type UnusedAccounts } from '../../../database/unused-accounts.js';
import type { Log } from '../../../log.js';
import { lockUser } from '../../identity/locked-user.js';
import { CARRY_OUT_JOB } from '../erasure/request-erasure.js';
import { NOBODY } from '../nobody.js';
import type { RetentionParts } from './retention-parts.js';

type Selection = Omit<UnusedAccounts, 'limit' | 'id' | 'after'>;
type Work = (tx: Transaction, user: { id: string; email: string }) => Promise<void>;

/** Accounts that nobody uses: sign-ups that were never confirmed, and accounts that were left. */
export function createRetentionAccounts(parts: RetentionParts & { log: Log }) {
  const { db, clock, audit, mail, jobs, config, softDelete, endSessions, log } = parts;
  const { unverified, inactive, inactiveNotice } = config.retention;
  const before = (period: number): Date => after(clock.now(), -period);

  /**
   * Does `work` for at most `limit` accounts of the selection, and answers for how many. One for which it fails, since
   * its values do not open, say, is logged and gone past: it keeps nobody else's from being done.
   */
  async function forEach(selection: Selection, limit: number, work: Work): Promise<number> {
    let done = 0;
    let last: string | undefined;
    do {
      const ids = await findUnusedAccounts(db, { ...selection, limit: limit - done, after: last });
      for (const userId of ids) {
        try {
          if (await doOne(selection, userId, work)) done += 1;
        } catch (err) {
          log.error({ err, userId }, 'Retention failed for an account, which is tried again in the next run');
        }
      }
      last = ids.at(-1);
    } while (last !== undefined && done < limit);
    return done;
  }

  /** Whether the account was still one of the selection once its lock was held, and `work` was done. */
  function doOne(selection: Selection, id: string, work: Work): Promise<boolean> {
    return db.$transaction(async (tx) => {
      const user = await lockUser(tx, id);
      const [still] = await findUnusedAccounts(tx, { ...selection, limit: 1, id });
      if (!user?.email || !still) return false;
      await work(tx, { id, email: user.email });
      return true;
    });
  }

  /** Begins the erasure of sign-ups whose address was never confirmed and that nobody used in the period. */
  function eraseUnverified(limit: number): Promise<number> {
    return forEach(
      { which: 'unverified', unusedSince: before(unverified) },
      limit,
      async (tx, { id: userId }) => {
        const now = clock.now();
        const { id: erasureId } = await tx.erasureRequest.create({
        data: {
          userId, status: 'RUNNING', requestedBy: NOBODY, requestedAt: now, scheduledFor: now, startedAt: now,
          reason: 'The address was not confirmed in time.',
        },
        select: { id: true },
      }); // prettier-ignore
        const data = { erasureId, reason: 'unverified' };
        await audit.record(tx, {
          action: 'erasure.requested',
          actorId: null,
          subjectId: userId,
          origin: null,
          data,
        });
        await jobs.enqueue(tx, CARRY_OUT_JOB, { erasureId });
      },
    );
  }

  /** Tells people that their account will be deleted unless they use it. */
  async function noticeInactive(limit: number): Promise<number> {
    if (inactive === null) return 0;
    const unusedSince = before(inactive - inactiveNotice);
    return forEach({ which: 'unnoticed', unusedSince }, limit, async (tx, { id: userId, email }) => {
      const now = clock.now();
      await tx.user.update({
        where: { id: userId },
        data: { inactivityNoticeAt: now },
        select: { id: true },
      });
      await mail.sendLater(tx, {
        userId,
        to: { address: email },
        template: 'inactivity-notice',
        params: { deletedAfter: after(now, inactiveNotice).toISOString() },
      });
      const action = 'user.inactivity_notified';
      await audit.record(tx, { action, actorId: null, subjectId: userId, origin: null });
    });
  }

  /** Deletes, recoverably, the accounts whose people were told in time and did not come back. */
  async function deleteInactive(limit: number): Promise<number> {
    if (inactive === null) return 0;
    const selection = {
      which: 'noticed', unusedSince: before(inactive), noticedBefore: before(inactiveNotice),
    } as const; // prettier-ignore
    return forEach(selection, limit, async (tx, { id: userId }) => {
      await softDelete(tx, userId, `Not used for ${Math.floor(inactive / DAY)} days`);
      await endSessions(tx, userId, { reason: 'deleted' });
      const data = { reason: 'inactive' };
      await audit.record(tx, {
        action: 'user.deleted',
        actorId: null,
        subjectId: userId,
        origin: null,
        data,
      });
    });
  }

  return { eraseUnverified, noticeInactive, deleteInactive };
}
