import { MINUTE, SECOND } from '../../clock.js';
import { isOpaqueToken } from '../tokens/opaque-token.js';

/** `__Host-`: for this host only, over a secure connection only; browsers count http to localhost as one. */
const NAME = '__Host-custodia_browser';
/** A trip to a provider and back, and the one after it; milliseconds. */
const LIFETIME = 30 * MINUTE;
// Lax: the way back from a provider is a link from another site, with which Strict would hold the cookie back.
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax';

/** The secret that a Cookie header carries, or null: absent, doubled or not of our making. */
export function findBrowserCookie(cookieHeader: string | undefined): string | null {
  if (!cookieHeader) return null;
  const [value, ...others] = cookieHeader
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  return value !== undefined && others.length === 0 && isOpaqueToken('browser', value) ? value : null;
}

/** The Set-Cookie header by which a browser can be known again: it holds a random secret and names nobody. */
export function browserCookie(secret: string): string {
  return `${NAME}=${secret}; Max-Age=${LIFETIME / SECOND}; ${ATTRIBUTES}`;
}
