import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/client.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Log } from '../log.js';
import type { Mail } from '../mail/outbox.js';
import { discardOldRequests } from '../security/requests/idempotent-requests.js';
import { createDiscardOrigins } from '../services/audit/events/discard-origins.js';
import {
  createRetentionService,
  type RetentionService,
} from '../services/compliance/retention/retention.service.js';
import { createDeletions } from '../services/identity/accounts/delete-account.js';
import type { Services } from './services.js';

interface RetentionSurroundings {
  config: Config;
  clock: Clock;
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  mail: Mail;
  log: Log;
  services: Services;
}

/** Joins the service that discards what is out of date with what each other service discards of its own. */
export function createRetention({ services, ...parts }: RetentionSurroundings): RetentionService {
  const { audit, identity, sessions, mfa, passkeys, exports } = services;
  const deletions = createDeletions(parts);
  return createRetentionService({
    ...parts,
    audit,
    exports,
    discardTokens: identity.discardSpentTokens,
    discardChallenges: mfa.discardChallenges,
    discardSocialFlows: identity.social.discardFlows,
    discardCeremonies: passkeys.discardExpired,
    discardSessions: sessions.discardOld,
    discardRequests: (moment, limit) => discardOldRequests(parts.db, moment, limit),
    clearSessionOrigins: sessions.clearOrigins,
    discardEventOrigins: createDiscardOrigins(parts),
    softDelete: (tx, userId, reason) => deletions.softDelete(tx, userId, reason),
    endSessions: sessions.endAll,
  });
}
