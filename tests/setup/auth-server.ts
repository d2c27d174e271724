import { randomUUID } from 'node:crypto';
import { DAY, MINUTE } from '../../src/clock.js';
import { createDatabase } from '../../src/database/client.js';
import { createJobs } from '../../src/jobs/jobs.js';
import { createLog } from '../../src/log.js';
import { createMail } from '../../src/mail/outbox.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createAccessTokens } from '../../src/security/tokens/access-token.js';
import { createAuthenticate } from '../../src/security/tokens/authenticate.js';
import { createEndedSessions } from '../../src/security/tokens/ended-sessions.js';
import { createNotificationListener } from '../../src/database/notification-listener.js';
import { createDeviceTokens } from '../../src/security/tokens/device-token.js';
import { createSigningKeys } from '../../src/security/signing-keys/signing-keys.js';
import { recordSigningKey } from '../../src/services/audit/record-signing-key.js';
import { createAuditService } from '../../src/services/audit/audit.service.js';
import { createArrivals } from '../../src/services/identity/sign-in/arrivals.js';
import { createOneTimeTokens } from '../../src/services/identity/one-time-tokens.js';
import { createReports } from '../../src/services/identity/sign-in/reports.js';
import { createSessionService } from '../../src/services/auth/sessions/session.service.js';
import type { Transaction } from '../../src/database/client.js';
import { lockUser, type LockedUser } from '../../src/services/identity/accounts/locked-user.js';
import { movableClock, type MovableClock } from './movable-clock.js';
import { testKeyRing } from './test-keys.js';

export const AUTH_CONFIG = {
  publicUrl: 'https://id.example.com',
  accessTokenTtl: 10 * MINUTE,
  refreshTokenTtl: 30 * DAY,
  signingKeyLifetime: 90 * DAY,
};

export const ORIGIN = { ipAddress: '192.0.2.7', userAgent: 'Test browser' };

export type AuthServer = Awaited<ReturnType<typeof startAuthServer>>;

/** The parts of one server process that issue, verify and revoke tokens, on a database that several may share. */
export async function startAuthServer({
  url,
  clock = movableClock(),
  settings = {},
}: {
  url: string;
  clock?: MovableClock;
  settings?: Partial<typeof AUTH_CONFIG>;
}) {
  const log = createLog('silent');
  const keyRing = testKeyRing();
  const config = { ...AUTH_CONFIG, ...settings };
  const privacy = createPrivacy({ keyRing });
  const db = createDatabase({ url, privacy, poolSize: 10, log });
  const audit = createAuditService({ clock, privacy });
  const signingKeys = createSigningKeys({
    db,
    encryption: keyRing.encryption,
    clock,
    config,
    log,
    recordChange: (...change) => recordSigningKey(audit, ...change),
  });
  const accessTokens = createAccessTokens({ signingKeys, clock, config });
  const endedSessions = createEndedSessions({
    listener: createNotificationListener({ url, log }),
    db,
    clock,
    config,
  });
  const scopeOf = async () => ['account'];
  const jobs = createJobs({ databaseUrl: url, log });
  const mail = createMail({
    db,
    jobs,
    transport: { deliver: async () => undefined, close: () => undefined },
    config: {
      ...config,
      appUrl: config.publicUrl,
      serviceName: 'Custodia',
      mailFrom: { address: 'no-reply@example.com' },
    },
    log,
  });
  const tokens = createOneTimeTokens({ db, clock });
  const reports = createReports({ clock, mail, tokens, config: { guards: { mailsPerHour: 5 } } });
  const deviceTokens = createDeviceTokens(keyRing.searchIndex);
  const { arrive } = createArrivals({ clock, deviceTokens, reports });
  const sessions = createSessionService({
    db,
    clock,
    accessTokens,
    endedSessions,
    audit,
    arrive,
    reports,
    config,
    scopeOf,
  });
  const authenticate = createAuthenticate({ accessTokens, endedSessions });
  await jobs.prepare();
  await signingKeys.ensure();
  await endedSessions.start();

  return {
    db,
    clock,
    signingKeys,
    accessTokens,
    endedSessions,
    audit,
    sessions,
    authenticate,
    async createUser(): Promise<string> {
      const email = `${randomUUID()}@example.com`;
      return (await db.user.create({ data: { email }, select: { id: true } })).id;
    },
    /** Opens a session as a password sign-in does. */
    async signIn(userId: string) {
      const held = await db.$transaction(async (tx) => {
        const user = await requireLocked(tx, userId);
        return sessions.open(tx, { user, amr: ['pwd'], origin: ORIGIN });
      });
      return sessions.signIn(held);
    },
    async stop(): Promise<void> {
      await endedSessions.stop();
      await jobs.stop({ timeout: 0 });
      await db.$disconnect();
    },
  };
}

/** The account, locked, as the session service is handed it. */
export async function requireLocked(tx: Transaction, userId: string): Promise<LockedUser> {
  const user = await lockUser(tx, userId);
  if (!user) throw new Error('There is no such account.');
  return user;
}
