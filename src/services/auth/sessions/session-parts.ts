import type { Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database } from '../../../database/client.js';
import type { AccessTokens } from '../../../security/tokens/access-token.js';
import type { EndedSessions } from '../../../security/tokens/ended-sessions.js';
import type { AuditService } from '../../audit/audit.service.js';
import type { Arrivals } from '../../identity/sign-in/arrivals.js';
import type { Reports } from '../../identity/sign-in/reports.js';
import type { RefreshTokens } from './refresh-tokens.js';

/** What the session service is built from. */
export interface SessionParts {
  db: Database;
  clock: Clock;
  accessTokens: Pick<AccessTokens, 'issue'>;
  endedSessions: Pick<EndedSessions, 'announce'>;
  audit: AuditService;
  arrive: Arrivals['arrive'];
  reports: Pick<Reports, 'tokenReused'>;
  config: Pick<Config, 'refreshTokenTtl'>;
  /** What the tokens of a session are good for, as `scope` of the access token. */
  scopeOf: (session: { userId: string; amr: readonly string[] }) => Promise<string[]>;
}

/** The same with what the service makes for its own operations. */
export interface SessionInternals extends SessionParts {
  refreshTokens: RefreshTokens;
}
