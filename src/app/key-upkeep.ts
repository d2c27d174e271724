import { MINUTE, SECOND } from '../clock.js';
import type { Config } from '../config.js';
import { requireKeysInUse, requireMatchingKeys } from '../database/re-sealing/keys-in-use.js';
import { createUpkeepPool } from '../database/re-sealing/sql.js';
import { createWrappedKeys } from '../database/re-sealing/wrapped-keys.js';
import type { Jobs } from '../jobs/jobs.js';
import { createKeyService, KEY_UPKEEP_JOB } from '../services/admin/keys/key.service.js';
import type { KeyParts } from '../services/admin/keys/key-parts.js';
import { wrappingContext } from '../security/signing-keys/signing-key-material.js';
import { keyRingFileOf } from './key-ring.js';

/** How long to wait until no process works with what it read before: longer than any transaction may take. */
export const KEY_GRACE = 30 * SECOND;
/** Rows a second in the background: a fraction of what the database does at the same time. */
const UPKEEP_RATE = 200;
/** What is left over goes on in the next run. */
const UPKEEP_TIMEOUT = 60 * MINUTE;

export type KeyUpkeep = ReturnType<typeof createKeyUpkeep>;

/** The service of keys with its own connections, and its upkeep as a job. */
export function createKeyUpkeep(
  parts: Omit<KeyParts, 'sql' | 'whileHeld' | 'wrappedKeys' | 'keyRingFile' | 'repetitionTtl'> & {
    config: Config;
    jobs: Jobs;
  },
) {
  const { config, databaseUrl, privacy, keyRing, jobs, log } = parts;
  const pool = createUpkeepPool(databaseUrl, log);
  const { databaseUrl: keyUrl, lifetimes } = config.keys;
  const keyPool = keyUrl === null ? pool : createUpkeepPool(keyUrl, log);
  const service = createKeyService({
    ...parts,
    sql: pool.sql,
    whileHeld: pool.whileHeld,
    wrappedKeys: createWrappedKeys(pool.sql, keyPool.sql, privacy.separateKeys),
    keyRingFile: keyRingFileOf(config),
    repetitionTtl: config.retention.requests,
    lifetimes: { ...lifetimes, data: config.dataKeyLifetime },
  });
  jobs.handle(
    KEY_UPKEEP_JOB,
    (_data, { signal }) => service.upkeep({ rate: UPKEEP_RATE, grace: KEY_GRACE, signal }),
    { expireInSeconds: UPKEEP_TIMEOUT / SECOND },
  );
  jobs.schedule(KEY_UPKEEP_JOB, '23 * * * *');
  const keysInUse = { sql: pool.sql, keySql: keyPool.sql, keyRing, signingContextOf: wrappingContext };
  return {
    ...service,
    /** @throws KeyRingError when the key ring is another one, or lacks a key that is still in use */
    requireInUse: () => requireKeysInUse(keysInUse),
    /** @throws KeyRingError when the key ring is another one; one that lacks a key will do, to mend that */
    requireMatching: () => requireMatchingKeys(keysInUse),
    async close(): Promise<void> {
      if (keyPool !== pool) await keyPool.close();
      await pool.close();
    },
  };
}
