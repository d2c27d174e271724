import { AppError } from '../../../errors.js';
import { isUuid } from '../../../input/uuid.js';
import type { UserRecord } from '../../identity/accounts/user-record.js';
import { requireOwner } from '../mfa/mfa-owner.js';
import type { MfaCaller } from '../mfa/mfa-parts.js';
import type { PasskeyParts } from './passkey-parts.js';
import type { RequireFresh } from './require-fresh.js';

/** Takes a passkey away from the account of a signed-in user. */
export function createRemovePasskey(parts: PasskeyParts & { requireFresh: RequireFresh }) {
  const { db, audit, mail, identity, mfa, requireFresh } = parts;

  /**
   * Removes one of the caller's passkeys and mails a notice. Sessions that it opened go on.
   *
   * @throws AppError STEP_UP_REQUIRED; NOT_FOUND for a passkey that is not the caller's; LAST_WAY_IN; CONFLICT when
   * one of the roles asks for a second factor and this is the last one
   */
  return async function remove({ viewer, origin }: MfaCaller, passkeyId: string): Promise<UserRecord> {
    await requireFresh(viewer);
    if (!isUuid(passkeyId)) throw new AppError('NOT_FOUND');
    const { userId } = viewer;
    return db.$transaction(async (tx) => {
      const user = await requireOwner(tx, userId);
      const { count } = await tx.passkey.deleteMany({ where: { id: passkeyId, userId } });
      if (count !== 1) throw new AppError('NOT_FOUND');
      await identity.requireWayIn(tx, user);
      if ((await tx.passkey.count({ where: { userId } })) === 0) {
        await mfa.requireDispensable(tx, userId, 'PASSKEY');
        await mfa.settleAfterRemoval(tx, userId);
      }
      const event = { action: 'passkey.removed', actorId: userId, subjectId: userId } as const;
      await audit.record(tx, { ...event, origin, data: { passkeyIds: [passkeyId], reason: 'removed' } });
      const to = { address: user.email };
      const params = await identity.disownLink(tx, user);
      await mail.sendLater(tx, { userId, to, template: 'passkey-removed', params });
      return user;
    });
  };
}
