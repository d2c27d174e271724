import type { Guard } from '../../../security/guard/guard.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { AuditService } from '../../audit/audit.service.js';
import { createAttemptOf, type GuardedProofParts } from '../guarded-proof.js';

export type GuardCode = ReturnType<typeof createGuardCode>;

/** The way of every code to its check, at a sign-in and of somebody signed in: through the budgets of all proofs. */
export function createGuardCode(
  parts: GuardedProofParts & { guard: Pick<Guard, 'attempt'>; audit: AuditService },
) {
  const { db, guard, audit } = parts;
  const attemptOf = createAttemptOf(parts);

  /**
   * Runs `check` if the budget has room for another guess, as `Guard.attempt`.
   *
   * @param findHolder whose code it is said to be
   * @param check gets the known device whose budget counts the guess, or null: then the network's does, and the second
   *   factor counts for the account
   * @throws AppError RATE_LIMITED; whatever `check` throws
   */
  return async function guardCode<T>(
    given: { origin: RequestOrigin; findHolder: () => Promise<string | null> },
    check: (device: string | null) => Promise<T>,
  ): Promise<T> {
    const { origin, findHolder } = given;
    const guarded = await attemptOf('mfa', origin, findHolder);
    return guard.attempt(guarded, check, (reason) => {
      const event = { actorId: null, subjectId: guarded.account, origin, data: { reason } };
      return db.$transaction((tx) => audit.record(tx, { action: 'mfa.refused', ...event }));
    });
  };
}
