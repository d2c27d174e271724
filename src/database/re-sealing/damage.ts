import pg from 'pg';
import { SealedValueError } from '../../privacy/privacy-errors.js';

/** PostgreSQL's classes of errors that speak of the values of a row: 22, data exception; 23, integrity violation. */
const OF_THE_VALUES = /^2[23]/;

/**
 * Whether an error speaks of the row that was worked on: its key or its value does not open, or does not fit. Any other
 * (a key store or a database that is away, say) would come with every other row too: it ends the work, which is taken up
 * again later, where this one leaves a row behind.
 */
export function isDamage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return OF_THE_VALUES.test(error.code ?? '');
  return error instanceof SealedValueError || error instanceof SyntaxError; // of a JSON value that opened
}

/** What came of one row. `userId`: whose it is; null for a key of the server. `error`: why it stays as it was. */
export interface RowResult {
  id: string;
  userId: string | null;
  error: unknown;
}

export type OnRow = (result: RowResult) => void | Promise<void>;
