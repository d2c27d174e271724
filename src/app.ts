import 'reflect-metadata'; // before the first class of type-graphql is read
import { createAuditParts } from './app/audit-parts.js';
import { atAddress } from './app/listen.js';
import { createGuardParts } from './app/guard-parts.js';
import { createKeyUpkeep } from './app/key-upkeep.js';
import { createKeyParts } from './app/key-parts.js';
import { pagesOf } from './app/own-pages.js';
import { createResolvers } from './app/resolvers.js';
import { createRoutes } from './app/routes.js';
import { createServedSchema } from './app/schema.js';
import { createMetrics } from './app/metrics.js';
import { createErasures } from './app/erasures.js';
import { createRetention } from './app/retention.js';
import { createServices, type Services } from './app/services.js';
import { createStopList } from './app/stop-list.js';
import { MINUTE, SECOND, type Clock } from './clock.js';
import type { Config } from './config.js';
import { createDatabase } from './database/client.js';
import { createHotReads } from './database/hot-reads/hot-reads.js';
import { pingDatabase } from './database/ping-database.js';
import { outsideRequest } from './database/request-deadline.js';
import { createPipelinedReads } from './database/hot-reads/pipelined-reads.js';
import { createCursors } from './graphql/lists/cursor.js';
import { createGate } from './http/gate.js';
import { createGraphqlServer } from './graphql/server.js';
import { registerPages } from './http/pages/register-pages.js';
import { createHttpServer } from './http/server.js';
import { createJobs } from './jobs/jobs.js';
import type { Log } from './log.js';
import { createMail } from './mail/outbox.js';
import { createMailTransport } from './mail/transport.js';
import type { KeyRing } from './privacy/key-ring.js';
import type { Privacy } from './privacy/privacy.js';
import { createAccessTokens } from './security/tokens/access-token.js';
import { createAuthenticate } from './security/tokens/authenticate.js';
import { createDeadline } from './security/requests/deadline.js';
import { createEndedSessions } from './security/tokens/ended-sessions.js';
import { createIdempotentRequests } from './security/requests/idempotent-requests.js';
import { createNotificationListener } from './database/notification-listener.js';
import { createSigningKeys } from './security/signing-keys/signing-keys.js';
import { END_SUSPENSION_JOB } from './services/admin/suspend-user.js';
import { reportOpenFailures } from './services/audit/report-open-failures.js';
import { createRecordAccess } from './services/audit/record-access.js';
import { recordSigningKey } from './services/audit/record-signing-key.js';
import { EXPORT_JOB } from './services/compliance/exports/request-export.js';
import { RETENTION_JOB, type RetentionService } from './services/compliance/retention/retention.service.js';
import { createRestrictionService } from './services/compliance/restriction/restriction.service.js';
import { UserPrivacyResolver } from './services/compliance/restriction/user-privacy.resolver.js';
import { createFindVisibleUser } from './services/identity/identity.resolver.js';

/** A million events take a few minutes. */
const EXPORT_TIMEOUT = 20 * MINUTE;
/** The next run takes up what one leaves. */
const RETENTION_TIMEOUT = 30 * MINUTE;

export interface AppParts {
  config: Config;
  /** Of a database whose migrations have been applied. */
  databaseUrl: string;
  keyRing: KeyRing;
  clock: Clock;
  log: Log;
  version: string;
  /** Shows a line on the console. */
  print: (line: string) => void;
}

export type App = Awaited<ReturnType<typeof createApp>>;

/**
 * The composition root: builds every part in the order of the import line and joins them. Nothing listens
 * or connects before `start`; `stop` ends everything in the reverse order.
 */
export async function createApp({ config, databaseUrl, keyRing, clock, log, version, print }: AppParts) {
  const keys = createKeyParts({ config, keyRing, log });
  const { privacy } = keys;
  const db = createDatabase({ url: databaseUrl, privacy, poolSize: config.databasePoolSize, log });
  const reads = createPipelinedReads({ url: databaseUrl, log });
  const hotReads = createHotReads({ reads, privacy });

  const signingKeys = createSigningKeys({
    db,
    encryption: keyRing.encryption,
    clock,
    config,
    log,
    recordChange: (...change) => recordSigningKey(services.audit, ...change),
  });
  const accessTokens = createAccessTokens({ signingKeys, clock, config });
  const listener = createNotificationListener({ url: databaseUrl, log });
  const endedSessions = createEndedSessions({ listener, db, clock, config });
  keys.hear(listener);

  const jobs = createJobs({ databaseUrl, log });
  const { dataDir, smtpUrl } = config;
  const transport = createMailTransport({ smtpUrl, dataDir, print, log });
  const mail = createMail({ db, jobs, transport, config, log });

  const { pepper } = keyRing;
  const guards = await createGuardParts({ config, db, secrets: keyRing.searchIndex, clock, log });
  const services = createServices({
    config,
    clock,
    db,
    privacy,
    pepper,
    accessTokens,
    guards,
    endedSessions,
    mail,
    jobs,
    log,
  });
  scheduleJobs(jobs, services);
  keys.schedule(jobs, db);
  guards.schedule(jobs);
  const restrictions = createRestrictionService({ db, clock, audit: services.audit, cases: services.cases });
  const erasures = createErasures({
    config,
    databaseUrl,
    db,
    privacy,
    signingKeys,
    clock,
    jobs,
    mail,
    log,
    guard: guards.guard,
    services,
  });
  const retention = createRetention({ config, clock, db, jobs, mail, log, services });
  scheduleRetention(jobs, retention);

  const { encryption } = keyRing;
  const { audit } = services;
  const auditParts = createAuditParts({
    config,
    databaseUrl,
    db,
    privacy,
    audit,
    encryption,
    clock,
    log,
    print,
  });
  const keyUpkeep = createKeyUpkeep({
    config,
    databaseUrl,
    db,
    privacy,
    keyRing,
    signingKeys,
    audit,
    jobs,
    mail,
    clock,
    log,
  });

  const gate = createGate();
  const withDeadline = createDeadline(config.requestTimeout);
  const openFailures = reportOpenFailures({ privacy: heardOutside(privacy), db, audit: services.audit, log });
  const recordAccess = createRecordAccess({ db, audit: services.audit });
  const findVisibleUser = createFindVisibleUser(services.identity);
  const http = await createHttpServer({
    config,
    log,
    version,
    graphql: await createGraphqlServer({
      schema: createServedSchema({
        instances: [
          ...createResolvers(services, auditParts, hotReads, config, clock, erasures, findVisibleUser),
          new UserPrivacyResolver({ erasures, restrictions, identity: services.identity, clock }),
        ],
        findVisibleUser,
        config,
      }),
      config,
      log,
      recordAccess,
      withDeadline,
    }),
    cursors: createCursors(keyRing.searchIndex),
    rolesOf: services.identity.rolesInForce,
    withDeadline,
    idempotentRequests: createIdempotentRequests({
      db,
      secrets: keyRing.searchIndex,
      clock,
      ttl: config.retention.requests,
      log,
    }),
    recordAccess,
    authenticate: createAuthenticate({ accessTokens, endedSessions }),
    routes: createRoutes(services, hotReads, clock),
    metrics: [...createMetrics({ db, openFailures, ...services }), ...guards.metrics],
    gate,
    readinessChecks: {
      database: () => pingDatabase(databaseUrl),
      start: gate.check,
      ...keys.readinessChecks,
      ...guards.readinessChecks,
    },
    jwks: () => signingKeys.jwks(),
    extend: (server) => {
      registerPages(server, pagesOf(services, config, log));
    },
  });

  const parts = createStopList(log);
  // The other way round when it stops: who asks before what is asked.
  parts.add('key parts', () => keys.close());
  parts.add('database', () => db.$disconnect());
  parts.add('upkeep of keys', () => keyUpkeep.close());
  parts.add('guards', () => guards.close());
  parts.add('hot reads', () => reads.close());
  parts.add('ended sessions', () => endedSessions.stop());
  parts.add('mail', () => transport.close());
  parts.add('sealer', () => auditParts.sealer.stop());
  parts.add('jobs', () => jobs.stop());
  parts.add('HTTP', () => http.close());

  return {
    services,
    auditParts,
    erasures,
    retention,
    keyUpkeep,
    db,
    /** Answers requests without a socket; `start` opens the real one. */
    http,
    /** Makes what is missing in the database for jobs to be enqueued; part of `start`. */
    prepare: () => jobs.prepare(),
    /**
     * Connects, and listens on the configured address. Returns the port.
     *
     * @param releasePort gives the configured port free, where the caller kept it for this application
     */
    async start(releasePort?: () => Promise<void>): Promise<number> {
      await keyUpkeep.requireInUse();
      await signingKeys.ensure();
      await guards.start();
      await endedSessions.start();
      const { host, port } = config;
      await releasePort?.();
      await atAddress(config, () => http.listen({ host, port }));
      // Whoever a restored backup brought back is erased again before the first request is answered.
      await erasures.makeSafe();
      await jobs.start();
      auditParts.sealer.start();
      await erasures.resume();
      gate.open();
      const address = http.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    /** Lets running requests and jobs end, then closes every connection, whatever fails on the way. Never rejects. */
    stop: () => parts.stopAll(),
  };
}

/** What a value that does not open leads to is written although the request that met it changes nothing. */
function heardOutside({ openFailures }: Privacy): Pick<Privacy, 'openFailures'> {
  const listen: typeof openFailures.listen = (hear) =>
    openFailures.listen((failure) => outsideRequest(() => hear(failure)));
  return { openFailures: { ...openFailures, listen } };
}

function scheduleJobs(jobs: ReturnType<typeof createJobs>, { identity, exports }: Services): void {
  jobs.handle(EXPORT_JOB, ({ exportId }, { signal }) => exports.run(String(exportId), signal), {
    expireInSeconds: EXPORT_TIMEOUT / SECOND,
    retryLimit: 5,
    onDead: ({ exportId }) => exports.giveUp(String(exportId)),
  });
  jobs.handle(END_SUSPENSION_JOB, ({ userId }) => identity.endIfOver(String(userId)));
}

function scheduleRetention(jobs: ReturnType<typeof createJobs>, { run }: RetentionService): void {
  jobs.handle(RETENTION_JOB, async (_data, { signal }) => void (await run(signal)), {
    expireInSeconds: RETENTION_TIMEOUT / SECOND,
    retryLimit: 2,
  });
  jobs.schedule(RETENTION_JOB, '17 * * * *');
}
