import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { createLog } from '../../src/log.js';
import { makeDataDir, removeDataDir } from './data-dir.js';
import { prepareDatabase } from './prepare-database.js';
import type { TestDatabase } from './test-database.js';

/**
 * A PostgreSQL that nobody else uses, with one migrated database: for tests that look at what all databases of a server
 * share, as its write-ahead log. Dropping the database ends it.
 */
export async function startOwnPostgres(
  settings: Record<string, string> = {},
): Promise<TestDatabase & { folder: string }> {
  const log = createLog('silent');
  const dataDir = await makeDataDir();
  const server = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off', ...settings } });
  return {
    url: await prepareDatabase(server.url, log),
    ownerUrl: server.url,
    folder: server.folder,
    async drop() {
      await server.stop();
      await removeDataDir(dataDir);
    },
  };
}
