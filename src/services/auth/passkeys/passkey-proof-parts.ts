import type { Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database } from '../../../database/client.js';
import type { AuditService } from '../../audit/audit.service.js';

/** What checking passkeys needs. */
export interface PasskeyProofParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  config: Pick<Config, 'passkeys' | 'serviceName'>;
}
