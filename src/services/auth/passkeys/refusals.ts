import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { PasskeyProofParts } from './passkey-proof-parts.js';

/** Whose passkey was refused, as far as that is known. */
export interface Attempt {
  subjectId: string | null;
  actorId: string | null;
  origin: RequestOrigin;
}

export type Refusals = ReturnType<typeof createRefusals>;

/** The record of answers of authenticators that were refused. */
export function createRefusals({ db, audit }: Pick<PasskeyProofParts, 'db' | 'audit'>) {
  /** Records a refusal, for the log only: `reason` is not shown to whoever was refused. */
  async function record(tx: Transaction, attempt: Attempt, reason: string): Promise<void> {
    await audit.record(tx, { action: 'passkey.refused', ...attempt, data: { reason } });
  }

  /** Records a refusal where nothing else took place. */
  async function recordAlone(attempt: Attempt, reason: string): Promise<void> {
    await db.$transaction((tx) => record(tx, attempt, reason));
  }

  /** Does `work`, and records its refusal. Throws what it throws. */
  async function recordFailure<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError) await recordAlone(attempt, error.code);
      throw error;
    }
  }

  return { record, recordAlone, recordFailure };
}
