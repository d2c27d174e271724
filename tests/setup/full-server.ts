import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { createApp } from '../../src/app.js';
import { systemClock } from '../../src/clock.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { followKeyRingFile } from '../../src/privacy/followed-key-ring.js';
import { createClient } from './client.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { testKeyRing } from './test-keys.js';

export const PASSWORD = 'correct horse battery staple';

/** Argon2 at its cheapest: what these tests show does not depend on its cost. */
const CHEAP = { ARGON2_MEMORY_KIB: '1024', ARGON2_TIME_COST: '1', ARGON2_PARALLELISM: '1' };

/** Many tests sign in, and fail to, from one address: only those that are about budgets have the usual ones. */
const WIDE_BUDGETS = {
  GUARD_FAILURES_PER_ACCOUNT: '1000000',
  GUARD_FAILURES_PER_NETWORK: '1000000',
  GUARD_FAILURES_CEILING: '1000000',
  GUARD_REGISTRATIONS_PER_HOUR: '1000000',
  GUARD_MAIL_REQUESTS_PER_HOUR: '1000000',
};

export type FullServer = Awaited<ReturnType<typeof startFullServer>>;

/**
 * The whole product in this process: its own database and data folder, every part real, on a free port. A database that is
 * given is dropped with it.
 */
export async function startFullServer(
  env: NodeJS.ProcessEnv = {},
  logTo?: NodeJS.WritableStream,
  given?: TestDatabase,
) {
  const database = given ?? (await createTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-test-'));
  const { config } = readConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    // Staff sign in with a password alone: tests of the second factor ask for it again.
    MFA_REQUIRED_ROLES: 'none',
    ...CHEAP,
    ...WIDE_BUDGETS,
    ...env,
  });
  const app = await createApp({
    config: { ...config, port: 0 },
    databaseUrl: database.url,
    keyRing: env.KEY_RING_FILE ? followKeyRingFile(env.KEY_RING_FILE, () => undefined) : testKeyRing(),
    clock: systemClock,
    log: createLog(config.logLevel, logTo),
    version: '0.0.0-test',
    print: () => undefined,
  });
  const url = `http://127.0.0.1:${await app.start()}`;

  return {
    url,
    app,
    dataDir,
    databaseUrl: database.url,
    ownerUrl: database.ownerUrl,
    ...createClient(url),
    mailedToken: (template: string) => waitForMailedToken(dataDir, template),
    async stop(): Promise<void> {
      await app.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The token in the link of the newest mail of a template; waits until there is one. */
async function waitForMailedToken(dataDir: string, template: string): Promise<string> {
  const folder = join(dataDir, 'mail');
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    const files = await readdir(folder).catch(() => []);
    const newest = files
      .filter((name) => name.endsWith(`-${template}.eml`))
      .sort()
      .at(-1);
    if (newest !== undefined) {
      const mail = await simpleParser(await readFile(join(folder, newest)));
      const token = /[?&]token=([A-Za-z0-9_-]+)/.exec(mail.text ?? '')?.[1];
      if (token !== undefined) return token;
    }
    await sleep(50);
  }
  throw new Error(`No mail "${template}" arrived.`);
}
