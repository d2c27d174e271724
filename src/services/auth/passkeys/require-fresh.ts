import { levelOf } from '../../../security/rights/assurance.js';
import { requireRecentSecondFactor, requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { MfaCaller } from '../mfa/mfa-parts.js';
import type { PasskeyParts } from './passkey-parts.js';

/** Who may change the passkeys of an account: a stolen access token must not. */
export function createRequireFresh({ db, clock, sessions, mfa }: PasskeyParts) {
  /**
   * Lets only a recent sign-in on, and where the account has a second factor only a session that proved one. The
   * session counts, not its token: one that has just added the first passkey has proved it, and its token does not
   * say so before the next refresh.
   *
   * @throws AppError STEP_UP_REQUIRED
   */
  return async function requireFresh(viewer: MfaCaller['viewer']): Promise<void> {
    requireRecentSignIn(viewer, clock);
    if (levelOf(viewer.amr) === 'aal2') return;
    if ((await mfa.methodsOf(db, viewer.userId)).length === 0) return;
    const session = await sessions.find(viewer.userId, viewer.sessionId);
    requireRecentSecondFactor({ ...viewer, amr: session?.amr ?? [] }, clock);
  };
}

export type RequireFresh = ReturnType<typeof createRequireFresh>;
