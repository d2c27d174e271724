import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { OPEN_STATUSES } from './erasure-record.js';

// What stands in the way of an operation on an account that is going or gone, and what to do next.

export function erasedAlready(): AppError {
  return new AppError('CONFLICT', {
    hint: 'The account is erased already; its receipt is among erasureRequests.',
  });
}

export function beingErased(): AppError {
  return new AppError('CONFLICT', {
    hint: 'The account is being erased, which nothing stops; wait for the receipt among erasureRequests.',
  });
}

/**
 * Keeps an account that is being erased from being restored.
 *
 * @throws AppError CONFLICT
 */
export async function requireNotBeingErased(
  tx: Pick<Transaction, 'erasureRequest'>,
  userId: string,
): Promise<void> {
  if ((await tx.erasureRequest.count({ where: { userId, status: 'RUNNING' } })) > 0) throw beingErased();
}

/** Those of these accounts that are to be erased: who counts on them counts on somebody who is going. */
export async function findLeaving(
  tx: Pick<Transaction, 'erasureRequest'>,
  userIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.erasureRequest.findMany({
    where: { userId: { in: [...userIds] }, status: { in: [...OPEN_STATUSES] } },
    select: { userId: true },
  });
  return new Set(rows.map(({ userId }) => userId));
}
