import { createGuardParts } from '../../src/app/guard-parts.js';
import { createServices, type Services } from '../../src/app/services.js';
import { systemClock, type Clock } from '../../src/clock.js';
import { readConfig, type Config } from '../../src/config.js';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createJobs } from '../../src/jobs/jobs.js';
import { createLog } from '../../src/log.js';
import type { Delivery } from '../../src/mail/delivery.js';
import { createMail } from '../../src/mail/outbox.js';
import type { SecretVersions } from '../../src/privacy/key-ring.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createAccessTokens } from '../../src/security/tokens/access-token.js';
import { createEndedSessions } from '../../src/security/tokens/ended-sessions.js';
import { createNotificationListener } from '../../src/database/notification-listener.js';
import type { Guard } from '../../src/security/guard/guard.js';
import type { RequestOrigin } from '../../src/security/requests/request-context.js';
import type { SignedIn } from '../../src/services/auth/sign-in.service.js';
import type { UserStatus } from '../../src/services/identity/accounts/user-record.js';
import { createSigningKeys } from '../../src/security/signing-keys/signing-keys.js';
import { recordSigningKey } from '../../src/services/audit/record-signing-key.js';
import { eventually } from '../setup/eventually.js';
import { createTestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

export const ORIGIN: RequestOrigin = { ipAddress: '192.0.2.7', userAgent: 'tests/1.0' };
/** Stands in an expectation for a sentence that may change. */
export const SOME_TEXT: unknown = expect.any(String);
export const PASSWORD = 'walrus-umbrella-notebook';

export interface AccountSetup extends Services {
  db: Database;
  guard: Guard;
  /** Of the owner of the tables, who sees what lies beneath the client. */
  ownerUrl: string;
  clock: Clock & { advance(milliseconds: number): void };
  /** Mails that have been delivered to this address, the oldest first, after waiting until none is under way. */
  mailsTo(address: string): Promise<Delivery[]>;
  /** The token of the newest mail of this template to this address. */
  tokenFor(address: string, template: Delivery['template']): Promise<string>;
  /** The same services with another configuration or pepper, on the same database. */
  with(settings: Partial<Config>, pepper?: SecretVersions): Services;
  /** Registers `<name>@example.com`; answers its id and address. */
  newUser(name: string): Promise<{ userId: string; email: string }>;
  /** Signs in to an account without a second factor, with PASSWORD. */
  logIn(email: string): Promise<SignedIn>;
  setStatus(email: string, status: UserStatus): Promise<void>;
  close(): Promise<void>;
}

/** The services on a database of their own, with real jobs and an outbox whose mails end in memory. */
export async function createAccountSetup(settings: Partial<Config> = {}): Promise<AccountSetup> {
  const config = { ...testConfig(), ...settings };
  const database = await createTestDatabase();
  const keyRing = testKeyRing();
  const log = createLog('silent');
  const privacy = createPrivacy({ keyRing });
  const db = createDatabase({ url: database.url, privacy, poolSize: 10 });
  const clock = movableClock();
  const delivered: Delivery[] = [];
  const transport = { deliver: async (mail: Delivery) => void delivered.push(mail), close: () => undefined };
  const jobs = createJobs({ databaseUrl: database.url, log, pollInterval: 50 });
  const mail = createMail({ db, jobs, transport, config, log });
  await jobs.start();

  const signingKeys = createSigningKeys({
    db,
    encryption: keyRing.encryption,
    clock,
    config,
    log,
    recordChange: (...change) => recordSigningKey(services.audit, ...change),
  });
  const shared = {
    clock,
    db,
    privacy,
    mail,
    jobs,
    log,
    pepper: keyRing.pepper,
    guards: await createGuardParts({ config, db, secrets: keyRing.searchIndex, clock, log }),
    accessTokens: createAccessTokens({ signingKeys, clock, config }),
    endedSessions: createEndedSessions({
      listener: createNotificationListener({ url: database.url, log }),
      db,
      clock,
      config,
    }),
  };
  const services = createServices({ ...shared, config });

  async function mailsTo(address: string): Promise<Delivery[]> {
    await eventually(async () => expect(await db.outgoingMail.count()).toBe(0));
    return delivered
      .filter((sent) => sent.to.address === address)
      .sort((one, other) => one.date.getTime() - other.date.getTime());
  }

  return {
    ...services,
    db,
    guard: shared.guards.guard,
    ownerUrl: database.ownerUrl,
    clock,
    mailsTo,
    async tokenFor(address, template) {
      const sent = (await mailsTo(address)).filter((delivery) => delivery.template === template).at(-1);
      const token = new URL(sent?.link ?? 'none:').searchParams.get('token');
      if (!token) throw new Error(`No ${template} with a token was sent to ${address}.`);
      return token;
    },
    with: (other, pepper = keyRing.pepper) =>
      createServices({ ...shared, pepper, config: { ...config, ...other } }),
    async newUser(name) {
      const email = `${name}@example.com`;
      const { userId } = await services.identity.register({ email, password: PASSWORD, origin: ORIGIN });
      if (userId === null) throw new Error('Accounts are concealed here.');
      return { userId, email };
    },
    async logIn(email) {
      const result = await services.signIn.login({ email, password: PASSWORD, origin: ORIGIN });
      if ('challenge' in result) throw new Error('A second factor is missing.');
      return result;
    },
    async setStatus(email, status) {
      const deletedAt = status === 'DELETED' ? clock.now() : null;
      await db.user.update({ where: { email }, data: { status, deletedAt } });
    },
    async close() {
      await jobs.stop({ timeout: 0 });
      await db.$disconnect();
      await database.drop();
    },
  };
}

/** Cheap hashes: what is tested here is who gets in, not what a guess costs. */
function testConfig(): Config {
  const { config } = readConfig({ NODE_ENV: 'test', MAIL_FROM: 'Custodia <no-reply@example.com>' });
  return { ...config, argon2: { memoryKib: 256, timeCost: 1, parallelism: 1 } };
}

function movableClock(): AccountSetup['clock'] {
  let offset = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + offset),
    advance: (milliseconds) => void (offset += milliseconds),
  };
}
