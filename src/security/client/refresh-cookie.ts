import { clearedHostCookie, findHostCookie, hostCookie } from './host-cookie.js';

const NAME = '__Host-custodia_refresh';
const TOKEN = /^[A-Za-z0-9._~-]{1,512}$/;

/** The refresh token of a Cookie header, or null: absent, doubled or not in a token's alphabet. */
export function findRefreshCookie(cookieHeader: string | undefined): string | null {
  return findHostCookie(cookieHeader, NAME, TOKEN);
}

/** The Set-Cookie header that hands out a refresh token until `expiresAt`. */
export function refreshCookie(token: string, expiresAt: Date): string {
  if (!TOKEN.test(token)) throw new Error('A refresh token must consist of URL-safe characters.');
  return hostCookie(NAME, token, expiresAt);
}

/** The Set-Cookie header that makes the browser forget it. */
export function clearedRefreshCookie(): string {
  return clearedHostCookie(NAME);
}
