import type { Transaction } from '../../../database/client.js';
import type { IdentityParts } from '../identity-parts.js';

/**
 * Soft deletion: the account is invisible to everybody but staff, nobody signs in to it, and everything about it is
 * kept, its address too, so that it can be restored. Callers hold its lock, end its sessions and record the event.
 */
export function createDeletions({ clock }: Pick<IdentityParts, 'clock'>) {
  return {
    async softDelete(tx: Transaction, userId: string, reason: string): Promise<void> {
      const data = { status: 'DELETED', deletedAt: clock.now(), deletionReason: reason } as const;
      await tx.user.update({ where: { id: userId }, data, select: { id: true } });
    },

    /** An account that was suspended when it was deleted is suspended again, unless the time of that is over. */
    async restore(tx: Transaction, userId: string): Promise<void> {
      const held = await tx.user.findUnique({ where: { id: userId }, select: { suspendedAt: true } });
      await tx.user.update({
        where: { id: userId },
        data: {
          status: held?.suspendedAt ? 'SUSPENDED' : 'ACTIVE',
          deletedAt: null,
          deletionReason: null,
        },
        select: { id: true },
      });
    },
  };
}
