import { applyMigrations } from '../../src/database/migrations/migrations.js';
import { ensureServerRole, grantServerRights } from '../../src/database/server-role.js';
import type { Log } from '../../src/log.js';

/** Migrates a new database, and returns its connection string for the role of the server, with the rights that it has. */
export async function prepareDatabase(ownerUrl: string, log: Log): Promise<string> {
  await applyMigrations({ url: ownerUrl, migrationsDir: 'prisma/migrations', log });
  const serverUrl = await ensureServerRole(ownerUrl);
  await grantServerRights({ ownerUrl, serverUrl });
  return serverUrl;
}
