import type { Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database } from '../../../database/client.js';
import type { Jobs } from '../../../jobs/jobs.js';
import type { Mail } from '../../../mail/outbox.js';
import type { AuditService } from '../../audit/audit.service.js';
import type { StaffRights } from '../../identity/accounts/staff-rights.js';
import type { CaseService } from '../cases/case.service.js';
import type { Recipient } from './content/export-document.js';
import type { ExportFiles } from './export-files.js';

export interface ExportParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  requirePrivacyRight: StaffRights['requirePrivacyRight'];
  mail: Mail;
  jobs: Pick<Jobs, 'enqueue'>;
  cases: CaseService;
  files: ExportFiles;
  config: Pick<Config, 'publicUrl' | 'serviceName' | 'retention'>;
  /** Who else received data of this person. */
  findRecipients: (userId: string) => Promise<Recipient[]>;
  /** Whether a session of this account still runs. */
  isSignedIn: (userId: string, sessionId: string) => Promise<boolean>;
}
