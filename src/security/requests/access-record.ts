import { AppError } from '../../errors.js';
import type { RequestContext } from './request-context.js';

/** What a request asked for, as far as the record of events is concerned. */
export interface Access {
  /** Names of the schema's operations or of routes, never anything that the client chose. */
  operations: readonly string[];
  /** Whether something was answered FORBIDDEN. */
  refused: boolean;
}

/**
 * Writes down whose data a member of staff has read, and what a signed-in caller was refused. Called before
 * anything is answered; when it throws, the data stays unanswered.
 */
export type RecordAccess = (context: RequestContext, access: Access) => Promise<void>;

/** Whether an error refuses a caller for lack of a right. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'FORBIDDEN';
}
