import { MINUTE, SECOND, type Clock } from '../../clock.js';
import { AppError } from '../../errors.js';
import { levelOf } from './assurance.js';
import type { Viewer } from './viewer.js';

/** How old a sign-in may be for an operation that asks for a recent one. */
export const RECENT_SIGN_IN = 10 * MINUTE;

/**
 * Lets only somebody on who has proved within the last ten minutes who they are (`auth_time`, as in the step-up
 * of RFC 9470): a device left open, or a stolen access token that was refreshed, is not enough.
 *
 * @throws AppError STEP_UP_REQUIRED naming the operation after which it works
 */
export function requireRecentSignIn(viewer: Pick<Viewer, 'authTime' | 'amr'>, clock: Clock): void {
  const age = clock.now().getTime() - viewer.authTime.getTime();
  if (age > RECENT_SIGN_IN) throw stepUp(viewer);
}

/**
 * Lets only a session on that proved two factors, both of them within the last ten minutes.
 *
 * @throws AppError STEP_UP_REQUIRED as `requireRecentSignIn`, and asking for `aal2`
 */
export function requireRecentSecondFactor(viewer: Pick<Viewer, 'authTime' | 'amr'>, clock: Clock): void {
  if (levelOf(viewer.amr) !== 'aal2') throw stepUp({ amr: [...viewer.amr, 'mfa'] });
  requireRecentSignIn(viewer, clock);
}

/** For somebody whose role, or whose account, can be used with a second factor only, and who has none yet. */
export function enrollmentRequired(): AppError {
  return new AppError('STEP_UP_REQUIRED', {
    satisfiedBy: 'beginTotpEnrollment',
    stepUp: { acr: 'aal2' },
    hint: 'Your role asks for a second factor: set one up or sign in with it.',
  });
}

/** What satisfies it is the way that the session was opened by, at the level that it reached. */
function stepUp({ amr }: Pick<Viewer, 'amr'>): AppError {
  const stepUp = { maxAge: RECENT_SIGN_IN / SECOND, acr: levelOf(amr) };
  return new AppError('STEP_UP_REQUIRED', { satisfiedBy: findWayBack(amr), stepUp });
}

function findWayBack(amr: readonly string[]): string {
  if (amr.includes('pwd')) return 'reauthenticate';
  if (amr.includes('fed')) return 'exchangeSocialLogin';
  return amr.includes('hwk') || amr.includes('swk') ? 'beginPasskeyLogin' : 'reauthenticate';
}
