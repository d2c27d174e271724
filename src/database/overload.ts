import { AppError } from '../errors.js';

/** Prisma's code for a transaction that failed; its message tells one that found no free connection. */
const TRANSACTION_FAILED = 'P2028';
const NO_CONNECTION = /unable to start a transaction/i;
const NO_POOL_CONNECTION = /timeout exceeded when trying to connect/i;

/**
 * Passes an error of a query or a transaction on; one that found no free connection in time, which is no defect but
 * a crowd, becomes OVERLOADED. What the request's deadline ended is TIMED_OUT again: Prisma makes an error of its own of it.
 *
 * @throws AppError OVERLOADED, TIMED_OUT, or the error as it came
 */
export function refuseWhenFull(error: unknown): never {
  if (error instanceof Error && !(error instanceof AppError)) {
    const { code } = error as { code?: unknown };
    if (code === 'TIMED_OUT') throw new AppError('TIMED_OUT', { cause: error });
    const isFull =
      code === TRANSACTION_FAILED
        ? NO_CONNECTION.test(error.message)
        : NO_POOL_CONNECTION.test(error.message);
    if (isFull) throw new AppError('OVERLOADED', { retryAfterSeconds: 2, cause: error });
  }
  throw error;
}
