import type { Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { Jobs } from '../../../jobs/jobs.js';
import type { Mail } from '../../../mail/outbox.js';
import type { AuditService } from '../../audit/audit.service.js';
import type { ExportService } from '../exports/export.service.js';

/** Discards at most `limit` things that are older than `moment`; answers how many. */
export type Discard = (moment: Date, limit: number) => Promise<number>;

export interface RetentionParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  mail: Mail;
  jobs: Pick<Jobs, 'enqueue'>;
  config: Pick<Config, 'retention'>;
  exports: Pick<ExportService, 'expire' | 'removeAbandoned'>;
  discardTokens: Discard;
  discardChallenges: Discard;
  discardSocialFlows: Discard;
  discardCeremonies: Discard;
  discardSessions: Discard;
  discardRequests: Discard;
  clearSessionOrigins: Discard;
  discardEventOrigins: Discard;
  softDelete: (tx: Transaction, userId: string, reason: string) => Promise<void>;
  endSessions: (tx: Transaction, userId: string, ending: { reason: string }) => Promise<unknown>;
}

/** How much of a step is done at once. */
export interface Portion {
  limit: number;
  /** Told of each account that could not be worked on. */
  onFailure: (userId: string) => void;
}

/** One thing that goes by time. */
export interface RetentionStep {
  /** As in the evidence of a run. */
  name: string;
  /** Does at most `limit`; answers how many: fewer means that none are left. */
  run(portion: Portion): Promise<number>;
}
