import { createAuditParts } from '../../../src/app/audit-parts.js';
import { createErasures } from '../../../src/app/erasures.js';
import { createGuardParts } from '../../../src/app/guard-parts.js';
import { createServices } from '../../../src/app/services.js';
import { systemClock, type Clock } from '../../../src/clock.js';
import { readConfig } from '../../../src/config.js';
import { createDatabase } from '../../../src/database/client.js';
import { createKeyDatabase } from '../../../src/database/data-keys/key-database.js';
import { createJobs } from '../../../src/jobs/jobs.js';
import { createLog } from '../../../src/log.js';
import { createMail } from '../../../src/mail/outbox.js';
import { createMailTransport } from '../../../src/mail/transport.js';
import type { KeyRing } from '../../../src/privacy/key-ring.js';
import { createPrivacy } from '../../../src/privacy/privacy.js';
import { createAccessTokens } from '../../../src/security/tokens/access-token.js';
import { createEndedSessions } from '../../../src/security/tokens/ended-sessions.js';
import { createNotificationListener } from '../../../src/database/notification-listener.js';
import { createSigningKeys } from '../../../src/security/signing-keys/signing-keys.js';
import { recordSigningKey } from '../../../src/services/audit/record-signing-key.js';
import type { WatchSteps } from '../../../src/services/compliance/erasure/carry-out-erasure.js';
import { requireLocked } from '../../setup/auth-server.js';

export interface WorkshopOrder {
  url: string;
  dataDir: string;
  keyRing: KeyRing;
  /** The database of the data keys, prepared; none: they stand beside the data. */
  keyUrl?: string;
  watch?: WatchSteps;
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
}

/** Everything that an erasure needs, in any process, the sealing of the audit log included; no HTTP, no worker. */
export async function openErasureWorkshop({
  url,
  dataDir,
  keyRing,
  keyUrl,
  watch,
  env = {},
  clock = systemClock,
}: WorkshopOrder) {
  const { config } = readConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env });
  const log = createLog('silent');
  const print = () => undefined;
  const keys = keyUrl === undefined ? null : createKeyDatabase({ url: keyUrl, log });
  const privacy = createPrivacy({ keyRing, separateKeys: keys });
  const db = createDatabase({ url, privacy, poolSize: 4, log });
  const { encryption, pepper } = keyRing;
  const signingKeys = createSigningKeys({
    db, encryption, clock, config, log,
    recordChange: (...change) => recordSigningKey(services.audit, ...change),
  }); // prettier-ignore
  const listener = createNotificationListener({ url, log });
  const jobs = createJobs({ databaseUrl: url, log });
  const transport = createMailTransport({ smtpUrl: null, dataDir, print, log });
  const mail = createMail({ db, jobs, transport, config, log });
  const guards = await createGuardParts({ config, db, secrets: keyRing.searchIndex, clock, log });
  const services = createServices({
    config, clock, db, privacy, pepper, mail, jobs, log,
    guards,
    accessTokens: createAccessTokens({ signingKeys, clock, config }),
    endedSessions: createEndedSessions({ listener, db, clock, config }),
  }); // prettier-ignore
  const surroundings = {
    config,
    databaseUrl: url,
    db,
    privacy,
    signingKeys,
    clock,
    jobs,
    mail,
    log,
    guard: guards.guard,
    services,
  };
  const erasures = createErasures(surroundings, watch);
  const { sealer } = createAuditParts({
    config,
    databaseUrl: url,
    db,
    privacy,
    audit: services.audit,
    encryption,
    clock,
    log,
    print,
  });
  await signingKeys.ensure();
  await jobs.prepare();
  sealer.start();
  return {
    db,
    config,
    services,
    erasures,
    signingKeys,
    async close(): Promise<void> {
      await sealer.stop();
      await jobs.stop({ timeout: 0 });
      await db.$disconnect();
      await keys?.close();
    },
  };
}

export type ErasureWorkshop = Awaited<ReturnType<typeof openErasureWorkshop>>;

const ORIGIN = { ipAddress: '192.0.2.7', userAgent: 'Test browser' };

/** Somebody with something in many tables, and a request for their erasure that is RUNNING. */
export async function beginErasure({ db, services, erasures }: ErasureWorkshop, name: string) {
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  const { id: userId } = await db.user.create({
    data: { email, profile: { create: { fullName: name, preferences: { name } } } },
    select: { id: true },
  });
  await db.$transaction(async (tx) => {
    const user = await requireLocked(tx, userId);
    await services.sessions.open(tx, { user, amr: ['pwd'], origin: ORIGIN });
  });
  await db.consent.create({ data: { userId, purpose: 'news', granted: true, policyVersion: '1' } });
  const actor = { actorId: userId, origin: ORIGIN };
  const { id } = await erasures.request(actor, `${name} wants to go`);
  await db.erasureRequest.update({ where: { id }, data: { scheduledFor: new Date(0) } });
  await erasures.runDue();
  return { userId, email, erasureId: id };
}
