import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { lockUser } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import { tellOf } from './mfa-owner.js';
import type { MfaParts } from './mfa-parts.js';
import type { ProveSecondFactor } from './prove-second-factor.js';
import type { SecondFactor } from './second-factor.js';

type Parts = MfaParts & Pick<ProveSecondFactor, 'methodsOf'> & { factors: readonly SecondFactor[] };

/** Removing second factors without proving them: the last help for who lost all, and against who added one. */
export function createRemoveSecondFactors(parts: Parts) {
  const { db, audit, identity, sessions, factors, methodsOf } = parts;

  /** When the last second factor is gone, so are its recovery codes, and no session counts as one of two factors. */
  async function settleAfterRemoval(tx: Transaction, userId: string): Promise<void> {
    if ((await methodsOf(tx, userId)).length > 0) return;
    for (const factor of factors) if (!factor.standsAlone) await factor.discard(tx, userId, null);
    await sessions.dropSecondFactor(tx, userId);
  }

  /**
   * Forgets what was set up at `since` or later, null: everything, and the sign-ins that wait for a second factor:
   * they are not the owner's. A stranger's second factor would otherwise keep the owner out, who can reset the
   * password and nothing more. The caller holds the account's lock, ends the sessions and records the event.
   *
   * @returns the methods of which something was there
   */
  async function discard(tx: Transaction, userId: string, since: Date | null): Promise<string[]> {
    const removed: string[] = [];
    for (const factor of factors) if (await factor.discard(tx, userId, since)) removed.push(factor.method);
    await tx.mfaChallenge.deleteMany({ where: { userId } });
    if (removed.length > 0) await settleAfterRemoval(tx, userId);
    return removed;
  }

  /**
   * Removes every second factor of the account with this address, at the operator's word, and tells its owner.
   *
   * @returns which were removed
   * @throws AppError NOT_FOUND
   */
  async function removeByOperator(email: string): Promise<string[]> {
    return db.$transaction(async (tx) => {
      const userId = await identity.findUserId(tx, email);
      const user = userId && (await lockUser(tx, userId));
      if (!user || !isVisible(user)) throw new AppError('NOT_FOUND');
      const methods = await discard(tx, user.id, null);
      if (methods.length === 0) return [];
      await tellOf(parts, tx, user, 'removed');
      const event = {
        actorId: null,
        subjectId: user.id,
        origin: null,
        data: { methods, reason: 'operator' },
      };
      await audit.record(tx, { action: 'mfa.disabled', ...event });
      return methods;
    });
  }

  return { settleAfterRemoval, discard, removeByOperator };
}

export type RemoveSecondFactors = ReturnType<typeof createRemoveSecondFactors>;
