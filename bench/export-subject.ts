import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAY, systemClock } from '../src/clock.js';
import { createDatabase, type Database } from '../src/database/client.js';
import { applyMigrations } from '../src/database/migrations/migrations.js';
import { createJobs } from '../src/jobs/jobs.js';
import { createLog } from '../src/log.js';
import { createMail } from '../src/mail/outbox.js';
import { loadKeyRing } from '../src/privacy/key-ring.js';
import type { UserKey } from '../src/privacy/data-keys.js';
import { createPrivacy, type Privacy } from '../src/privacy/privacy.js';
import { createAuditService } from '../src/services/audit/audit.service.js';
import { createCaseService } from '../src/services/compliance/cases/case.service.js';
import { createExportFiles } from '../src/services/compliance/exports/export-files.js';
import { createExportService } from '../src/services/compliance/exports/export.service.js';
import { EXPORT_JOB } from '../src/services/compliance/exports/request-export.js';

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** The export service of a process that works on no jobs. */
export function createWorkshop(url: string, dataDir: string) {
  const log = createLog('warn');
  const clock = systemClock;
  const privacy = createPrivacy({ keyRing: loadKeyRing(readFileSync(join(dataDir, 'ring.json'), 'utf8')) });
  const db = createDatabase({ url, privacy, poolSize: 4, log });
  const jobs = createJobs({ databaseUrl: url, log });
  jobs.handle(EXPORT_JOB, () => Promise.resolve());
  const periods = {
    unverified: DAY,
    tokens: DAY,
    addresses: DAY,
    exports: DAY,
    sessions: DAY,
    requests: DAY,
  };
  const config = {
    appUrl: 'https://app.example.com',
    publicUrl: 'https://id.example.com',
    serviceName: 'Custodia',
    mailFrom: { name: 'Custodia', address: 'no-reply@example.com' },
    retention: { ...periods, inactive: null, inactiveNotice: DAY },
  };
  const transport = { deliver: () => Promise.resolve(), close: () => undefined };
  const audit = createAuditService({ clock, privacy });
  const mail = createMail({ db, jobs, transport, config, log });
  const requirePrivacyRight = () => Promise.reject(new Error('Nobody of the staff is here.'));
  const exports = createExportService({
    db,
    clock,
    audit,
    jobs,
    config,
    mail,
    requirePrivacyRight,
    cases: createCaseService({ db, clock, audit, mail, requirePrivacyRight }),
    files: createExportFiles({ dataDir }),
    findRecipients: () => Promise.resolve([]),
    isSignedIn: () => Promise.resolve(true),
  });
  const close = async () => {
    await jobs.stop({ timeout: 0 });
    await db.$disconnect();
  };
  return { db, jobs, privacy, exports, close };
}

export interface Subject {
  url: string;
  dataDir: string;
  events: number;
}

/** Makes a person with so many events, each with an address of its own sealing, and asks for their export. */
export async function prepareSubject({ url, dataDir, events }: Subject) {
  await applyMigrations({ url, migrationsDir: MIGRATIONS, log: createLog('warn') });
  const { db, jobs, privacy, exports, close } = createWorkshop(url, dataDir);
  await jobs.prepare();
  const data = { email: 'ada@example.com', profile: { create: { preferences: {} } } };
  const { id: userId } = await db.user.create({ data, select: { id: true } });
  const key = await openKey(db, privacy, userId);
  for (let left = events; left > 0; left -= BATCH) {
    await insertEvents(db, privacy, key, Math.min(left, BATCH));
  }
  await db.$executeRaw`ANALYZE`;
  const { id: exportId } = await exports.requestByOperator(userId);
  await close();
  return { exportId, userId };
}

const BATCH = 5_000;
const ORIGIN = {
  ipAddress: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  salt: 'c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
};

async function openKey(db: Database, { dataKeys }: Privacy, userId: string): Promise<UserKey> {
  const { wrappedKey } = await db.dataKey.findUniqueOrThrow({
    where: { userId },
    select: { wrappedKey: true },
  });
  return dataKeys.open(userId, wrappedKey);
}

/** As the audit service appends them, but many by one statement. */
async function insertEvents(db: Database, privacy: Privacy, key: UserKey, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const sealed = ids.map((rowId) =>
    privacy.seal(key, { model: 'AuditOrigin', field: 'origin', rowId }, ORIGIN),
  );
  const now = new Date().toISOString();
  await db.$executeRawUnsafe(
    `WITH given AS (SELECT id, sealed FROM unnest($1::uuid[], $2::text[]) AS g(id, sealed)), events AS (
       INSERT INTO audit_events (id, at, action, actor_id, subject_id, data)
       SELECT id, $3::timestamptz, 'session.created', $4::uuid, $4::uuid, '{"amr":["pwd"]}' FROM given)
     INSERT INTO audit_origins (event_id, user_id, at, origin)
     SELECT id, $4::uuid, $3::timestamptz, to_jsonb(sealed) FROM given`,
    ids,
    sealed,
    now,
    key.userId,
  );
}
