import type pg from 'pg';
import { AppError } from '../errors.js';

/** A request's claim on its Idempotency-Key. It holds until another takes the key over, and then commits nothing more. */
export interface Claim {
  /** Of its row in `idempotent_requests`. */
  id: string;
  /** Another's claim on the same key says another moment. */
  lockedUntil: Date;
}

/** What only read has no transaction id, and has changed nothing. */
const MARK = `UPDATE idempotent_requests
  SET has_changed = has_changed OR pg_current_xact_id_if_assigned() IS NOT NULL
  WHERE id = $1 AND locked_until = $2`;

/**
 * Says in the row of the key that the request has changed something. The last statement of each of its transactions, so that
 * the row says so exactly when the change is there, however the request ends.
 *
 * @throws AppError CONFLICT when the claim is lost: the transaction is to be rolled back
 */
export async function markChange(
  { id, lockedUntil }: Claim,
  query: (statement: pg.QueryConfig) => Promise<pg.QueryResult>,
): Promise<void> {
  const { rowCount } = await query({ text: MARK, values: [id, lockedUntil.toISOString()] });
  if (rowCount === 0) throw new AppError('CONFLICT', { hint: 'The Idempotency-Key was taken over.' });
}
