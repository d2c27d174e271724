import { AppError, badInput } from '../../errors.js';
import type { RequestContext } from '../../security/requests/request-context.js';
import type { SessionTokens, SignedInSession } from './sessions/open-session.js';
import type { SessionService } from './sessions/session.service.js';

/** Tokens as the answer's body carries them. */
export type DeliveredTokens = Omit<SessionTokens, 'refreshToken'> & { refreshToken: string | null };

/**
 * Hands out tokens: in cookie mode the refresh token goes into the cookie and not into the body. The token of the
 * device travels beside them.
 *
 * @param userId whose they are
 */
export function deliverTokens(
  context: RequestContext,
  userId: string,
  tokens: SessionTokens,
): DeliveredTokens {
  context.enteredAccounts.add(userId);
  if (context.cookieMode) context.setRefreshCookie(tokens.refreshToken, tokens.refreshTokenExpiresAt);
  if (tokens.deviceToken !== undefined) context.setDeviceToken(tokens.deviceToken);
  return context.cookieMode ? { ...tokens, refreshToken: null } : tokens;
}

/**
 * The refresh token of the cookie, if the request may use it: a header that no other site can send along
 * keeps others from spending it (cross-site request forgery).
 *
 * @throws AppError CSRF_HEADER_REQUIRED when there is a cookie and the request is not in cookie mode
 */
export function findCookieToken({ refreshCookie, cookieMode }: RequestContext): string | null {
  if (refreshCookie !== null && !cookieMode) throw new AppError('CSRF_HEADER_REQUIRED');
  return refreshCookie;
}

/**
 * Refreshes a session with the token of the request's body or, without one, of its cookie. A cookie that
 * no longer works is cleared.
 *
 * @param field what the body calls the token
 * @throws AppError BAD_USER_INPUT without a token, CSRF_HEADER_REQUIRED, and what refreshing throws
 */
export async function refreshThrough(
  context: RequestContext,
  sessions: Pick<SessionService, 'refresh'>,
  given: string | null | undefined,
  field: string,
): Promise<SignedInSession> {
  if (given) return sessions.refresh(given, context.origin);
  const token = findCookieToken(context);
  if (token === null && context.cookieMode) throw new AppError('TOKEN_INVALID');
  if (token === null) throw badInput(field, 'is required outside cookie mode');
  try {
    return await sessions.refresh(token, context.origin);
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('TOKEN_')) context.clearRefreshCookie();
    throw error;
  }
}

/**
 * Ends the session that asks: the access token's or, when that has expired, the cookie's. Clears the cookie.
 *
 * @throws AppError UNAUTHENTICATED without either, CSRF_HEADER_REQUIRED
 */
export async function logoutThrough(
  context: RequestContext,
  sessions: Pick<SessionService, 'logout' | 'logoutByToken'>,
): Promise<void> {
  const { viewer, origin } = context;
  const token = viewer ? null : findCookieToken(context);
  if (!viewer && token === null) throw new AppError('UNAUTHENTICATED');
  if (context.refreshCookie !== null) context.clearRefreshCookie();
  if (viewer) await sessions.logout({ ...viewer, origin });
  else if (token !== null) await sessions.logoutByToken(token, origin);
}
