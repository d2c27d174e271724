import type { Config } from '../config.js';
import { lockDataFolder } from '../database/embedded/data-folder.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { checkPostgres } from '../database/postgres-check.js';
import { findExcessRights } from '../database/server-role.js';
import type { Log } from '../log.js';
import { buildApp } from './build-app.js';
import { atAddress, holdFreePort } from './listen.js';
import { createStopList, type StopList } from './stop-list.js';

export interface RunningServer {
  /** Where clients reach it. */
  url: string;
  /** Settles when something that the server cannot do without has ended by itself. */
  broken: Promise<string>;
  /** Lets running requests end, then stops every part that was started. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Starts everything in order: data folder, database, migrations, keys, application. When a step fails, the
 * steps before it are undone.
 *
 * @throws StartError, KeyRingError with a message for the operator
 */
export async function startServer(
  given: Config,
  { log, print }: { log: Log; print: (line: string) => void },
): Promise<RunningServer> {
  const parts = createStopList(log);
  try {
    const { config, release } = await settlePort(given);
    parts.add('port', release);
    const database = await openDatabase(config, { log, print, parts });
    const { app, databaseUrl, migrations } = await buildApp(config, { ownerUrl: database.url, log, print });
    print(migrations.length > 0 ? `Applied ${migrations.length} migration(s)` : 'The database is up to date');
    await warnOfRights(databaseUrl, config, print);
    parts.add('application', () => app.stop());
    await app.start(release);
    return { url: config.publicUrl, broken: database.broken, stop: () => parts.stopAll() };
  } catch (error) {
    await parts.stopAll();
    throw error;
  }
}

/** A server that could change the audit log still only adds to it; somebody who takes it over need not. */
async function warnOfRights(
  databaseUrl: string,
  { environment }: Config,
  print: (line: string) => void,
): Promise<void> {
  if (environment !== 'production' || (await findExcessRights(databaseUrl)).length === 0) return;
  print(
    'Warning: the role of DATABASE_URL may change the audit log. Name the owner of the tables in ' +
      'MIGRATION_DATABASE_URL and give DATABASE_URL a role of its own.',
  );
}

interface OpenedDatabase {
  /** For the owner of the tables. */
  url: string;
  broken: Promise<string>;
}

async function openDatabase(
  config: Config,
  { log, print, parts }: { log: Log; print: (line: string) => void; parts: StopList },
): Promise<OpenedDatabase> {
  if (config.databaseUrl !== null) {
    const url = config.migrationDatabaseUrl ?? config.databaseUrl;
    await checkPostgres(url);
    print('Using the PostgreSQL of DATABASE_URL');
    return { url, broken: new Promise(() => undefined) };
  }
  const lock = await lockDataFolder(config.dataDir);
  parts.add('data folder', () => lock.release());
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  parts.add('PostgreSQL', () => postgres.stop());
  print(`Started PostgreSQL with its data in ${postgres.folder}`);
  return { url: postgres.url, broken: postgres.ended.then(() => 'The embedded PostgreSQL has ended.') };
}

/**
 * Port 0 takes a free one, before anything is built: links and tokens carry it unless PUBLIC_URL is set. Until
 * `release`, no other program gets it.
 */
async function settlePort(config: Config): Promise<{ config: Config; release: () => Promise<void> }> {
  if (config.port !== 0) return { config, release: () => Promise.resolve() };
  const { port, release } = await atAddress(config, () => holdFreePort(config.host));
  const settle = (url: string) => (url === 'http://localhost:0' ? `http://localhost:${port}` : url);
  return {
    config: { ...config, port, publicUrl: settle(config.publicUrl), appUrl: settle(config.appUrl) },
    release,
  };
}
