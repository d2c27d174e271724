import type { Config } from '../config.js';
import type { Database } from '../database/client.js';
import { createKeyDatabase } from '../database/data-keys/key-database.js';
import type { ReadinessChecks } from '../http/health.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Log } from '../log.js';
import type { KeyRing } from '../privacy/key-ring.js';
import { createStoreCheck } from '../privacy/key-stores/store-health.js';
import { createPrivacy, type Privacy } from '../privacy/privacy.js';
import { hearForgottenKeys } from '../database/data-keys/forgotten-keys.js';
import type { NotificationListener } from '../database/notification-listener.js';

const SWEEP_JOB = 'keys.sweep-orphans';

export interface KeyParts {
  privacy: Privacy;
  /** Hears of destroyed keys; before the listener starts. */
  hear(listener: NotificationListener): void;
  /** What `/readyz` says about key stores outside the process, where there are any. */
  readinessChecks: ReadinessChecks;
  schedule(jobs: Jobs, db: Database): void;
  close(): Promise<void>;
}

/** Where keys are kept, what is heard of them and how the stores fare, for the composition root to join. */
export function createKeyParts(parts: {
  config: Pick<Config, 'keys'>;
  keyRing: KeyRing;
  log: Log;
}): KeyParts {
  const { config, keyRing, log } = parts;
  const { databaseUrl, cacheLifetime, wrapsWith } = config.keys;
  const keyDatabase = databaseUrl === null ? null : createKeyDatabase({ url: databaseUrl, log });
  const privacy = createPrivacy({ keyRing, cache: { lifetime: cacheLifetime }, separateKeys: keyDatabase });

  return {
    privacy,
    hear(listener) {
      hearForgottenKeys({ listener, privacy });
      keyDatabase?.trustMemoryWhile(listener.isLive);
    },
    readinessChecks: {
      ...(wrapsWith === 'ring' ? {} : { keyStore: createStoreCheck(keyRing.encryption) }),
      ...(keyDatabase
        ? { keyDatabase: () => keyDatabase.ping().then(always('ok'), always('degraded')) }
        : {}),
    },
    schedule(jobs, db) {
      if (!keyDatabase) return;
      jobs.handle(SWEEP_JOB, async () => {
        const destroyed = await keyDatabase.sweep(async (ids) => {
          const users = await db.user.findMany({ where: { id: { in: ids } }, select: { id: true } });
          return new Set(users.map(({ id }) => id));
        });
        if (destroyed > 0) log.info({ count: destroyed }, 'Destroyed keys of users who never came about');
      });
      jobs.schedule(SWEEP_JOB, '23 * * * *');
    },
    close: async () => keyDatabase?.close(),
  };
}

function always<T>(value: T): () => T {
  return () => value;
}
