import { createDatabase } from '../../src/database/client.js';
import { createJobs, type Jobs } from '../../src/jobs/jobs.js';
import type { MailTransport } from '../../src/mail/delivery.js';
import { createMail, type Mail } from '../../src/mail/outbox.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createRecordingLog } from '../jobs/job-setup.js';
import { createTestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

export const MAIL_CONFIG = {
  appUrl: 'https://app.example.com',
  publicUrl: 'https://id.example.com',
  serviceName: 'Acme & Sons',
  mailFrom: { name: 'Acme & Sons', address: 'no-reply@mail.example.com' },
};

export const IN_AN_HOUR = '2026-11-23T15:04:05.123Z';

export type MailSetup = Awaited<ReturnType<typeof createMailSetup>>;

/** A database, and outboxes as several processes would have them. */
export async function createMailSetup() {
  const database = await createTestDatabase();
  const { log, lines } = createRecordingLog();
  const db = createDatabase({
    url: database.url,
    privacy: createPrivacy({ keyRing: testKeyRing() }),
    poolSize: 4,
  });
  const started: Jobs[] = [];
  return {
    db,
    lines,
    /** Starts the outbox of one process. */
    async startProcess(transport: MailTransport): Promise<{ mail: Mail; jobs: Jobs }> {
      const jobs = createJobs({
        databaseUrl: database.url,
        log,
        pollInterval: 50,
        maintenanceIntervalSeconds: 1,
      });
      const mail = createMail({ db, jobs, transport, config: MAIL_CONFIG, log, retryDelaySeconds: 0 });
      await jobs.start();
      started.push(jobs);
      return { mail, jobs };
    },
    async createUser(email: string): Promise<string> {
      const { id } = await db.user.create({ data: { email }, select: { id: true } });
      return id;
    },
    async close(): Promise<void> {
      await Promise.all(started.map((jobs) => jobs.stop({ timeout: 0 })));
      await db.$disconnect();
      await database.drop();
    },
  };
}
