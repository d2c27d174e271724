import type { Transaction } from '../../../database/client.js';

/** How many passkeys an account has: what Identity asks before it takes a way in away. */
export async function countPasskeys(tx: Transaction, userId: string): Promise<number> {
  return tx.passkey.count({ where: { userId } });
}
