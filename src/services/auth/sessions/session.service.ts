import { createDiscardSessions } from './discard-sessions.js';
import { createEndSessions } from './end-sessions.js';
import { createListSessions } from './list-sessions.js';
import { createOpenSession } from './open-session.js';
import { createRefreshSession } from './refresh-session.js';
import { createRefreshTokens } from './refresh-tokens.js';
import { createRenewSession } from './renew-session.js';
import { addSecondFactor, dropSecondFactor } from './second-factor-of-session.js';
import type { SessionParts } from './session-parts.js';

/**
 * Who is signed in where: opening, refreshing, listing and ending sessions. Whoever works on the sessions of an
 * account locks the account first (`lockUser`, or `lockAccount` where nothing of it is read): parallel refreshes queue up, and no two transactions deadlock.
 */
export function createSessionService(parts: SessionParts) {
  const internals = { ...parts, refreshTokens: createRefreshTokens(parts) };
  const opening = createOpenSession(internals);
  const ending = createEndSessions(internals);
  return {
    ...opening,
    ...ending,
    ...createListSessions(parts),
    refresh: createRefreshSession({ ...internals, ...opening, ...ending }),
    renew: createRenewSession(internals),
    addSecondFactor,
    dropSecondFactor,
    ...createDiscardSessions(parts),
  };
}

export type SessionService = ReturnType<typeof createSessionService>;
