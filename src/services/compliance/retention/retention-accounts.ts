import { after, DAY } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { findUnusedAccounts, type UnusedAccounts } from '../../../database/unused-accounts.js';
import type { Log } from '../../../log.js';
import { findReadable, lockAccount, lockUser } from '../../identity/accounts/locked-user.js';
import { CARRY_OUT_JOB } from '../erasure/request-erasure.js';
import { NOBODY } from '../nobody.js';
import type { Portion, RetentionParts } from './retention-parts.js';

type Selection = Omit<UnusedAccounts, 'limit' | 'id' | 'after'>;
type Work = (tx: Transaction, userId: string) => Promise<void>;

/** Accounts that nobody uses: sign-ups that were never confirmed, and accounts that were left. */
export function createRetentionAccounts(parts: RetentionParts & { log: Log }) {
  const { db, clock, audit, mail, jobs, config, softDelete, endSessions, log } = parts;
  const { unverified, inactive, inactiveNotice } = config.retention;
  const before = (period: number): Date => after(clock.now(), -period);

  /**
   * Does `work` for at most `limit` accounts of the selection, and answers for how many. One for which it fails, since
   * its values do not open, say, is logged, told to `onFailure` and gone past: it keeps nobody else's from being done.
   */
  async function forEach(selection: Selection, { limit, onFailure }: Portion, work: Work): Promise<number> {
    let done = 0;
    let last: string | undefined;
    do {
      const ids = await findUnusedAccounts(db, { ...selection, limit: limit - done, after: last });
      for (const userId of ids) {
        try {
          if (await doOne(selection, userId, work)) done += 1;
        } catch (err) {
          onFailure(userId);
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
      await lockAccount(tx, id);
      const [still] = await findUnusedAccounts(tx, { ...selection, limit: 1, id });
      if (!still) return false;
      await work(tx, id);
      return true;
    });
  }

  /**
   * Begins the erasure of sign-ups whose address was never confirmed and that nobody used in the period, also of those
   * whose values do not open: then without the reason, which would be sealed.
   */
  function eraseUnverified(portion: Portion): Promise<number> {
    const selection = { which: 'unverified', unusedSince: before(unverified) } as const;
    return forEach(selection, portion, async (tx, userId) => {
      const now = clock.now();
      const isReadable = (await findReadable(tx, userId)) !== null;
      const reason = isReadable ? 'The address was not confirmed in time.' : undefined;
      const { id: erasureId } = await tx.erasureRequest.create({
        data: {
          userId, status: 'RUNNING', requestedBy: NOBODY, requestedAt: now, scheduledFor: now, startedAt: now, reason,
        },
        select: { id: true },
      }); // prettier-ignore
      const data = { erasureId, reason: 'unverified' };
      const action = 'erasure.requested';
      await audit.record(tx, { action, actorId: null, subjectId: userId, origin: null, data });
      await jobs.enqueue(tx, CARRY_OUT_JOB, { erasureId });
    });
  }

  /** Tells people that their account will be deleted unless they use it. */
  async function noticeInactive(portion: Portion): Promise<number> {
    if (inactive === null) return 0;
    const unusedSince = before(inactive - inactiveNotice);
    return forEach({ which: 'unnoticed', unusedSince }, portion, async (tx, userId) => {
      const user = await lockUser(tx, userId);
      if (!user?.email) return;
      const now = clock.now();
      await tx.user.update({
        where: { id: userId },
        data: { inactivityNoticeAt: now },
        select: { id: true },
      });
      await mail.sendLater(tx, {
        userId,
        to: { address: user.email },
        template: 'inactivity-notice',
        params: { deletedAfter: after(now, inactiveNotice).toISOString() },
      });
      const action = 'user.inactivity_notified';
      await audit.record(tx, { action, actorId: null, subjectId: userId, origin: null });
    });
  }

  /** Deletes, recoverably, the accounts whose people were told in time and did not come back. */
  async function deleteInactive(portion: Portion): Promise<number> {
    if (inactive === null) return 0;
    const selection = {
      which: 'noticed', unusedSince: before(inactive), noticedBefore: before(inactiveNotice),
    } as const; // prettier-ignore
    return forEach(selection, portion, async (tx, userId) => {
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
