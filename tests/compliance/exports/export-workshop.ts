import type { Clock } from '../../../src/clock.js';
import { DAY, systemClock } from '../../../src/clock.js';
import { createDatabase } from '../../../src/database/client.js';
import { createJobs } from '../../../src/jobs/jobs.js';
import { createLog } from '../../../src/log.js';
import { createMail } from '../../../src/mail/outbox.js';
import type { KeyRing } from '../../../src/privacy/key-ring.js';
import { createPrivacy } from '../../../src/privacy/privacy.js';
import { createAuditService } from '../../../src/services/audit/audit.service.js';
import { createCaseService } from '../../../src/services/compliance/cases/case.service.js';
import { createExportFiles } from '../../../src/services/compliance/exports/export-files.js';
import type { ExportParts } from '../../../src/services/compliance/exports/export-parts.js';
import { EXPORT_JOB } from '../../../src/services/compliance/exports/request-export.js';

export const RETENTION = {
  unverified: 7 * DAY,
  tokens: DAY,
  addresses: 90 * DAY,
  exports: 7 * DAY,
  sessions: 30 * DAY,
  requests: DAY,
  inactive: null,
  inactiveNotice: 30 * DAY,
};

/** What the export service is made of, on a database of its own, in any process. Nothing works on jobs. */
export function createExportParts({
  url,
  dataDir,
  keyRing,
  clock = systemClock,
}: {
  url: string;
  dataDir: string;
  keyRing: KeyRing;
  clock?: Clock;
}) {
  const log = createLog('silent');
  const privacy = createPrivacy({ keyRing });
  const db = createDatabase({ url, privacy, poolSize: 4, log });
  const jobs = createJobs({ databaseUrl: url, log });
  const config = {
    appUrl: 'https://app.example.com',
    publicUrl: 'https://id.example.com',
    serviceName: 'Custodia',
    mailFrom: { name: 'Custodia', address: 'no-reply@example.com' },
    retention: RETENTION,
  };
  const transport = { deliver: () => Promise.resolve(), close: () => undefined };
  const mail = createMail({ db, jobs, transport, config, log });
  jobs.handle(EXPORT_JOB, () => Promise.resolve());
  const audit = createAuditService({ clock, privacy });
  const requirePrivacyRight = () => Promise.reject(new Error('Nobody of the staff is here.'));
  const parts: ExportParts = {
    db,
    clock,
    audit,
    mail,
    jobs,
    config,
    requirePrivacyRight,
    cases: createCaseService({ db, clock, audit, mail, requirePrivacyRight }),
    files: createExportFiles({ dataDir }),
    findRecipients: () => Promise.resolve([]),
    isSignedIn: () => Promise.resolve(true),
  };
  return {
    parts,
    privacy,
    jobs,
    close: async (): Promise<void> => {
      await jobs.stop({ timeout: 0 });
      await db.$disconnect();
    },
  };
}
