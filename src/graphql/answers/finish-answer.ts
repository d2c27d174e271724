import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Log } from '../../log.js';
import type { RecordAccess } from '../../security/requests/access-record.js';
import type { GraphqlContext } from '../context.js';
import { logUnexpected, presentError } from './present-error.js';
import { recordAnswer, type Answered } from './record-access.js';

export interface FinishDeps {
  log: Log;
  suggestNames: boolean;
  recordAccess: RecordAccess;
}

export interface FinishedAnswer {
  /** As the client sees them, with the request's id. */
  errors: GraphQLFormattedError[];
  /** What was read could not be recorded: it is not shown. */
  isWithheld: boolean;
}

export type FinishAnswer = (context: GraphqlContext, answered: Answered) => Promise<FinishedAnswer>;

/** The last step of every operation: what it read is recorded, and its errors are presented and logged. */
export function createFinishAnswer({ log, suggestNames, recordAccess }: FinishDeps): FinishAnswer {
  return async (context, answered) => {
    const unrecorded = await recordAnswer(recordAccess, context, answered);
    const errors: readonly GraphQLError[] = unrecorded ? [unrecorded] : answered.errors;
    const { requestId } = context;
    const presented = errors.map((error) => {
      const shown = presentError(error, { requestId, document: answered.document, suggestNames });
      logUnexpected(error, shown, log);
      const { retryAfterSeconds } = shown.extensions ?? {};
      if (typeof retryAfterSeconds === 'number') context.setRetryAfter(retryAfterSeconds);
      return shown;
    });
    return { errors: presented, isWithheld: unrecorded !== null };
  };
}
