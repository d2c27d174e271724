import type { Clock } from '../../clock.js';
import type { Database } from '../../database/client.js';
import type { Jobs } from '../../jobs/jobs.js';
import type { AuditService } from '../audit/audit.service.js';
import type { SessionService } from '../auth/sessions/session.service.js';
import type { IdentityService } from '../identity/identity.service.js';

/** What the operations of administration are built from. */
export interface AdminParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  identity: IdentityService;
  sessions: Pick<SessionService, 'endAll'>;
  jobs: Pick<Jobs, 'enqueue'>;
}
