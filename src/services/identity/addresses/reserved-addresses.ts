import type { Clock } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';

/**
 * Addresses that no other account may take: the old address of an e-mail change stays reserved for as long
 * as the change can be undone. Else whoever took an account over could block the undo by registering the
 * address.
 */
export function createReservations({ clock }: { clock: Clock }) {
  return {
    /**
     * Whether the address is reserved for an account other than `userId` (null: for any account). Who is about to take
     * the address asks after writing it, in the same transaction: that write waits in the unique index for a move away
     * which has not committed, and what is asked before it cannot see the link that the move leaves.
     */
    async isReserved(tx: Transaction, email: string, userId: string | null): Promise<boolean> {
      const undoLink = await tx.oneTimeToken.findFirst({
        where: {
          email,
          purpose: 'UNDO_EMAIL_CHANGE',
          usedAt: null,
          expiresAt: { gt: clock.now() },
          ...(userId === null ? {} : { userId: { not: userId } }),
        },
        select: { id: true },
      });
      return undoLink !== null;
    },
  };
}

export type Reservations = ReturnType<typeof createReservations>;
