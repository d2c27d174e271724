/** An access token as the tabs of one browser share it: in memory, and in messages between them. */
export interface AccessToken {
  /** What goes behind `Authorization: Bearer`. */
  value: string;
  /** When it stops working: milliseconds since 1970 by this device's clock, which all tabs share. */
  expiresAt: number;
  /** When to replace it: a fifth of its life before it ends, at most a minute. */
  dueAt: number;
  /** The session that it belongs to. */
  sessionId: string;
}

/** What the server answers at a sign-in or refresh, as far as this needs it. */
export interface Grant {
  /** Left out by operations that renew the running session, such as `reauthenticate`. */
  sessionId?: string;
  accessToken: string;
  /** RFC 3339, by the server's clock. */
  accessTokenExpiresAt: string;
}

const LONGEST_MARGIN = 60_000;
/** A clock that is wrong by more than the token's life would make it look expired, or good for days. */
const LONGEST_LIFE = 24 * 60 * 60 * 1000;

/**
 * Reads a grant that has just arrived.
 *
 * @param now this device's time, in milliseconds
 * @param clockOffset how far the server's clock is ahead of this device's, in milliseconds
 */
export function readGrant(grant: Grant, sessionId: string, now: number, clockOffset: number): AccessToken {
  const life = Date.parse(grant.accessTokenExpiresAt) - clockOffset - now;
  const usable = Number.isFinite(life) ? Math.min(Math.max(life, 0), LONGEST_LIFE) : 0;
  const expiresAt = now + usable;
  return {
    value: grant.accessToken,
    expiresAt,
    dueAt: expiresAt - Math.min(LONGEST_MARGIN, usable / 5),
    sessionId,
  };
}
