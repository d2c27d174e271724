import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createApp, type App } from '../app.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config.js';
import { prepareDataKeys } from '../database/data-keys/key-database-setup.js';
import { applyMigrations } from '../database/migrations/migrations.js';
import type { Log } from '../log.js';
import { admitServer } from './admit-server.js';
import { openKeyRing } from './key-ring.js';

export interface BuiltApp {
  app: App;
  /** The database as the role of the server reaches it. */
  databaseUrl: string;
  /** Names of the migrations that were missing. */
  migrations: string[];
}

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
const PACKAGE = new URL('../../package.json', import.meta.url);

/**
 * Brings the database up to date, opens the keys, and joins the parts of the application, none of which runs yet.
 *
 * @param ownerUrl the database, for the owner of its tables
 * @throws StartError, KeyRingError with a message for the operator
 */
export async function buildApp(
  config: Config,
  { ownerUrl, log, print }: { ownerUrl: string; log: Log; print: (line: string) => void },
): Promise<BuiltApp> {
  const migrations = await applyMigrations({ url: ownerUrl, migrationsDir: MIGRATIONS, log });
  await prepareDataKeys({ dataUrl: ownerUrl, keyUrl: config.keys.databaseUrl });
  const databaseUrl = await admitServer(ownerUrl, config);
  const keyRing = await openKeyRing(config, print);
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  const app = await createApp({ config, databaseUrl, keyRing, clock: systemClock, log, version, print });
  return { app, databaseUrl, migrations };
}
