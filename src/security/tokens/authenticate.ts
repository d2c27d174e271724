import { AppError } from '../../errors.js';
import type { AccessTokens } from './access-token.js';
import type { EndedSessions } from './ended-sessions.js';
import type { Viewer } from '../rights/viewer.js';

/** `Authorization: Bearer <token>` (RFC 6750, section 2.1); schemes are case-insensitive. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i;
const MAX_HEADER_LENGTH = 5_000;

export interface AuthenticateDeps {
  accessTokens: Pick<AccessTokens, 'verify'>;
  endedSessions: Pick<EndedSessions, 'has'>;
}

/**
 * Turns the Authorization header into the viewer: null without a header, UNAUTHENTICATED for any header
 * that does not hold a valid access token of a session that still runs. It never lets a bad token pass
 * as anonymous. Answers at once, without a promise, for a token that was seen before.
 */
export function createAuthenticate({ accessTokens, endedSessions }: AuthenticateDeps) {
  function admit(viewer: Viewer): Viewer | Promise<Viewer> {
    const ended = endedSessions.has(viewer.sessionId);
    return typeof ended === 'boolean'
      ? unless(ended, viewer)
      : ended.then((answer) => unless(answer, viewer));
  }

  return function authenticate(header: string | undefined): Viewer | null | Promise<Viewer> {
    if (header === undefined) return null;
    const token = header.length > MAX_HEADER_LENGTH ? undefined : BEARER.exec(header)?.[1];
    if (token === undefined) throw new AppError('UNAUTHENTICATED');
    const viewer = accessTokens.verify(token);
    return viewer instanceof Promise ? viewer.then(admit) : admit(viewer);
  };
}

function unless(ended: boolean, viewer: Viewer): Viewer {
  if (ended) throw new AppError('UNAUTHENTICATED');
  return viewer;
}
