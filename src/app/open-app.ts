import type { App } from '../app.js';
import type { Config } from '../config.js';
import { lockDataFolder, type DataFolderLock } from '../database/embedded/data-folder.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { checkPostgres } from '../database/postgres-check.js';
import { findRunningPostgres } from '../database/embedded/running-postgres.js';
import { StartError } from '../database/start-error.js';
import type { Log } from '../log.js';
import { buildApp } from './build-app.js';

export interface Surroundings {
  log: Log;
  print: (line: string) => void;
  /** false for what has to find the database as it is: whoever verifies the log of a backup changes nothing of it. */
  touchesAccounts?: boolean;
}

/**
 * Does `work` with the whole application, which neither listens nor works on jobs: for operators' commands. The
 * database may be in use by servers; where it is the embedded one and no server runs, it is started for the time. It may
 * come out of a backup too: as before a server's first answer, whoever was erased since is erased again before `work`.
 *
 * @throws StartError, KeyRingError with a message for the operator
 */
export async function withApp<T>(
  config: Config,
  { log, print, touchesAccounts = true }: Surroundings,
  work: (app: App) => Promise<T>,
): Promise<T> {
  return withDatabase(config, log, async (ownerUrl) => {
    const { app } = await buildApp(config, { ownerUrl, log, print });
    try {
      await app.keyUpkeep.requireMatching();
      await app.prepare();
      if (touchesAccounts) await app.erasures.makeSafe();
      return await work(app);
    } finally {
      await app.stop();
    }
  });
}

/**
 * Does `work` with the URL of the configured database, for the owner of its tables, whether or not a server uses it at the same time.
 *
 * @throws StartError with a message for the operator
 */
export async function withDatabase<T>(
  config: Config,
  log: Log,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  if (config.databaseUrl !== null) {
    const url = config.migrationDatabaseUrl ?? config.databaseUrl;
    await checkPostgres(url);
    return work(url);
  }
  const lock = await lockUnlessServed(config.dataDir);
  if (typeof lock === 'string') return work(lock);
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    return await work(postgres.url).finally(() => postgres.stop());
  } finally {
    await lock.release();
  }
}

/** The lock of the data folder, or the database's URL when a server holds that lock. */
async function lockUnlessServed(dataDir: string): Promise<DataFolderLock | string> {
  try {
    return await lockDataFolder(dataDir);
  } catch (error) {
    const url = error instanceof StartError ? await findRunningPostgres(dataDir) : null;
    if (url === null) throw error;
    return url;
  }
}
