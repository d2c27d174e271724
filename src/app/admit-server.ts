import type { Config } from '../config.js';
import { ensureServerRole, grantServerRights } from '../database/server-role.js';

/**
 * Gives the server's role its rights on a migrated database, and returns the connection string to use from then
 * on: that of DATABASE_URL, or of a role of its own on the embedded server.
 *
 * @param ownerUrl of the owner of the tables
 * @throws StartError when the owner may not grant them
 */
export async function admitServer(
  ownerUrl: string,
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
): Promise<string> {
  const serverUrl = databaseUrl ?? (await ensureServerRole(ownerUrl));
  await grantServerRights({ ownerUrl, serverUrl });
  return serverUrl;
}
