/** `__Host-`: browsers take it over a secure connection only, for this host only, and no sub-domain can set it. */
const NAME = '__Host-custodia_refresh';
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const TOKEN = /^[A-Za-z0-9._~-]{1,512}$/;

/** The refresh token of a Cookie header, or null: absent, doubled or not in a token's alphabet. */
export function findRefreshCookie(cookieHeader: string | undefined): string | null {
  if (!cookieHeader) return null;
  const values = cookieHeader
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  const [value] = values;
  return values.length === 1 && value !== undefined && TOKEN.test(value) ? value : null;
}

/** The Set-Cookie header that hands out a refresh token until `expiresAt`. */
export function refreshCookie(token: string, expiresAt: Date): string {
  if (!TOKEN.test(token)) throw new Error('A refresh token must consist of URL-safe characters.');
  return `${NAME}=${token}; Expires=${expiresAt.toUTCString()}; ${ATTRIBUTES}`;
}

/** The Set-Cookie header that makes the browser forget it. */
export function clearedRefreshCookie(): string {
  return `${NAME}=; Max-Age=0; ${ATTRIBUTES}`;
}
