import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/client.js';
import type { ReadinessChecks } from '../http/health.js';
import type { Metric } from '../http/metrics.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Log } from '../log.js';
import type { SecretVersions } from '../privacy/key-ring.js';
import { createDeviceTokens } from '../security/tokens/device-token.js';
import { createGuardKeys } from '../security/guard/guard-keys.js';
import { createGuard } from '../security/guard/guard.js';
import { createPostgresCounters, discardExpiredCounts } from '../security/guard/postgres-counters.js';
import { createSafeCounters, type SafeCounters } from '../security/guard/safe-counters.js';

const DISCARD_JOB = 'guards.discard-counts';

export type GuardParts = Awaited<ReturnType<typeof createGuardParts>>;

/** What keeps guessers off and knows devices, for the composition root to join. */
export async function createGuardParts(parts: {
  config: Pick<Config, 'guards'>;
  db: Database;
  /** The keys of the search index: what is kept under a key of theirs names nobody. */
  secrets: SecretVersions;
  clock: Clock;
  log: Log;
}) {
  const { config, db, secrets, clock, log } = parts;
  const { redisUrl } = config.guards;
  const redis = redisUrl === null ? null : await openRedis(redisUrl);
  const counters = createSafeCounters({ store: redis ?? createPostgresCounters(db), log });
  const guard = createGuard({ counters, keys: createGuardKeys(secrets), clock, settings: config.guards });
  return {
    guard,
    deviceTokens: createDeviceTokens(secrets),
    readinessChecks: {
      guards: async () => (counters.isDegraded() ? 'degraded' : 'ok'),
    } satisfies ReadinessChecks,
    metrics: metricsOf(counters, guard.refusals),
    schedule(jobs: Jobs): void {
      if (redis) return;
      jobs.handle(DISCARD_JOB, async () => void (await discardExpiredCounts(db, clock.now().getTime())));
      jobs.schedule(DISCARD_JOB, '41 * * * *');
    },
    /** Connects to Redis, if it is there: sign-in works without it. */
    async start(): Promise<void> {
      await redis?.connect().catch((error: unknown) => {
        log.error({ err: error }, 'The store of attempt counters (REDIS_URL) is not there yet');
      });
    },
    close: () => redis?.close(),
  };
}

/** Its client is loaded where there is a Redis. */
async function openRedis(url: string) {
  const { createRedisCounters } = await import('../security/guard/redis-counters.js');
  return createRedisCounters(url);
}

function metricsOf(counters: SafeCounters, refusals: () => ReadonlyMap<string, number>): Metric[] {
  return [
    {
      name: 'custodia_guard_refusals_total',
      type: 'counter',
      help: 'Attempts that were refused before anything was checked, by the budget that was used up.',
      read: () => [...refusals()].map(([budget, value]) => ({ labels: { budget }, value })),
    },
    {
      name: 'custodia_guard_store_failures_total',
      type: 'counter',
      help: 'Times that the store of attempt counters failed.',
      read: () => [{ value: counters.failures() }],
    },
    {
      name: 'custodia_guard_degraded',
      type: 'gauge',
      help: '1 while this process counts attempts for itself, since the store fails.',
      read: () => [{ value: counters.isDegraded() ? 1 : 0 }],
    },
  ];
}
