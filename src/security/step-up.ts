import { MINUTE, type Clock } from '../clock.js';
import { AppError } from '../errors.js';
import type { Viewer } from './viewer.js';

/** How old a sign-in may be for an operation that asks for a recent one. */
export const RECENT_SIGN_IN = 10 * MINUTE;

/**
 * Lets only somebody on who has proved within the last ten minutes who they are (`auth_time`, as in the step-up
 * of RFC 9470): a device left open, or a stolen access token that was refreshed, is not enough.
 *
 * @throws AppError STEP_UP_REQUIRED naming the operation after which it works
 */
export function requireRecentSignIn(viewer: Pick<Viewer, 'authTime'>, clock: Clock): void {
  const age = clock.now().getTime() - viewer.authTime.getTime();
  if (age > RECENT_SIGN_IN) throw new AppError('STEP_UP_REQUIRED', { satisfiedBy: 'reauthenticate' });
}
