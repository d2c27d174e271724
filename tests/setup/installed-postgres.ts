import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findPostgresPlace, type PostgresPlace } from '../../src/database/embedded/postgres-place.js';
import { runToEnd, startWatched, type WatchedProcess } from '../../src/database/embedded/postgres-process.js';
import { findPostmaster } from '../../src/database/embedded/postmaster-file.js';
import { waitUntil } from '../../src/database/embedded/running-process.js';
import { createLog } from '../../src/log.js';
import { makeDataDir, removeDataDir } from './data-dir.js';
import { findFreePort } from './server-process.js';

// Another PostgreSQL than the embedded one, of another version and with `pg_dump`: Debian's, or the one whose programs
// lie in POSTGRES_BIN_DIR. It runs in a folder of its own for the time of a test file.

const DEBIAN = '/usr/lib/postgresql';
const OLDEST = 15;
const START_LIMIT = 60_000;

/** The folder of its programs; null where this machine has none. */
export function findInstalledPostgres(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  const newestFirst = versions.filter((version) => version >= OLDEST).sort((one, other) => other - one);
  const places = newestFirst.map((version) => join(DEBIAN, String(version), 'bin'));
  const isWhole = (place: string) => ['initdb', 'pg_dump'].every((name) => existsSync(join(place, name)));
  return process.env.POSTGRES_BIN_DIR ?? places.find(isWhole) ?? null;
}

/** `describe` where there is one; elsewhere the tests are skipped, and a notice says so. */
export function describeOnInstalledPostgres(name: string, tests: (programs: string) => void): void {
  const programs = findInstalledPostgres();
  if (programs !== null) return void describe(name, () => tests(programs));
  console.warn(`Skipped without initdb and pg_dump: ${name}. Install postgresql, or set POSTGRES_BIN_DIR.`);
  describe.skip(name, () => tests(''));
}

export interface InstalledPostgres {
  /** The folder of its data, and the file of its log. */
  folder: string;
  logFile: string;
  /** Connection string of a database, for the superuser or for a role that a test has made. */
  url: (database: string, role?: { username: string; password: string }) => string;
  /** Ends it and removes its data. */
  stop: () => Promise<void>;
}

/** Starts a server on a free loopback port with an empty cluster. */
export async function startInstalledPostgres(
  programs: string,
  settings: Record<string, string> = {},
): Promise<InstalledPostgres> {
  const dataDir = await makeDataDir();
  const binaries = { folder: dirname(programs), version: '' };
  const place = await findPostgresPlace(dataDir, binaries, createLog('silent'));
  const password = await makeCluster(place, dataDir);
  const port = await findFreePort();
  const logFile = join(dataDir, 'postgres.log');
  const server = await launch(place, logFile, { fsync: 'off', ...settings, port });
  const isReady = async () => (await findPostmaster(place.cluster))?.isReady === true;
  await waitUntil(async () => server.hasEnded() || (await isReady()), START_LIMIT);
  if (!(await isReady())) throw new Error(`PostgreSQL did not start: ${await readFile(logFile, 'utf8')}`);
  return {
    folder: place.cluster,
    logFile,
    url: (database, role = { username: 'postgres', password }) =>
      Object.assign(new URL(`postgresql://127.0.0.1:${port}/${database}`), role).href,
    async stop() {
      server.interrupt();
      await server.ended;
      await removeDataDir(dataDir);
    },
  };
}

async function makeCluster(place: PostgresPlace, dataDir: string): Promise<string> {
  const password = randomBytes(12).toString('base64url');
  const passwordFile = join(dataDir, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(place.cluster, { mode: 0o700 });
  if (place.user !== null) {
    for (const path of [passwordFile, place.cluster]) await chown(path, place.user.uid, place.user.gid);
  }
  const { code, output } = await runToEnd(
    join(place.binaries.folder, 'bin', 'initdb'),
    [
      `--pgdata=${place.cluster}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ],
    place.user,
  );
  if (code !== 0) throw new Error(`initdb failed: ${output}`);
  return password;
}

async function launch(
  place: PostgresPlace,
  logFile: string,
  settings: Record<string, string>,
): Promise<WatchedProcess> {
  const fixed = { listen_addresses: '127.0.0.1', unix_socket_directories: '', logging_collector: 'off' };
  const flags = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const log = await open(logFile, 'w', 0o600);
  const program = join(place.binaries.folder, 'bin', 'postgres');
  try {
    return startWatched(program, ['-D', place.cluster, ...flags], place.user, log.fd);
  } finally {
    await log.close();
  }
}
