import { AuthUnavailableError, type AuthProblem } from './auth-error.js';
import type { Outcome } from './session-requests.js';
import type { Platform } from './platform.js';

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** Keeps count of attempts that failed, and says when the next one may be made. */
export function createBackoff({ now, random }: Pick<Platform, 'now' | 'random'>) {
  let failures = 0;
  let problem: AuthProblem | null = null;

  return {
    /** The last failure, until an attempt succeeds. */
    problem: (): AuthProblem | null => problem,
    clear(): void {
      failures = 0;
      problem = null;
    },
    /** Lets the next attempt be made at once, unless the server said when to come again. */
    hurry(): void {
      if (problem?.code === 'NETWORK') problem = { ...problem, retryAt: now() };
    },
    /** @throws AuthUnavailableError while it is too early for another attempt */
    requireTurn(): void {
      if (problem && problem.retryAt > now()) throw new AuthUnavailableError(problem);
    },
    /** Waits double from one second to one minute, less up to half of it by chance; `Retry-After` is kept to. */
    note({ code, retryAfterSeconds }: Extract<Outcome, { kind: 'later' }>): AuthUnavailableError {
      const wait = Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT) * (1 - random() / 2);
      failures += 1;
      problem = { code, retryAt: now() + Math.max(wait, (retryAfterSeconds ?? 0) * 1_000) };
      return new AuthUnavailableError(problem);
    },
  };
}
