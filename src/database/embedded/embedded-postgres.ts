import { randomInt } from 'node:crypto';
import { chmod, open, readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import type { Log } from '../../log.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { EMBEDDED_NAME, ensureCluster } from './postgres-cluster.js';
import { findPostgresPlace, type PostgresPlace } from './postgres-place.js';
import { startWatched, type WatchedProcess } from './postgres-process.js';
import { clearPredecessor, findPostmaster } from './postmaster-file.js';
import { isRunning, waitUntil } from './running-process.js';
import { StartError } from '../start-error.js';

export interface EmbeddedPostgres {
  /** Connection string of the database, for the superuser of the embedded server. */
  url: string;
  /** The folder that holds its data. */
  folder: string;
  /** The postmaster's process id. */
  pid: number;
  /** Settles when the server has ended, on request or not. */
  ended: Promise<void>;
  /** Fast shutdown: open connections are cut, nothing committed is lost. Leaves no process behind. */
  stop: () => Promise<void>;
}

/** How long a start may take: after a crash, PostgreSQL replays its log first. */
const START_LIMIT = 60_000;
const STOP_LIMIT = 5_000;
const PORT_ATTEMPTS = 5;

/** Its own log keeps no data of rows: no statements, no details, no parameters. */
const QUIET = {
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/**
 * Starts the PostgreSQL that comes from npm, on a free loopback port, with its data in `<dataDir>/postgres`;
 * the first start makes the cluster (UTF-8, data checksums, SCRAM password). `dataDir` must exist and be locked
 * by the caller. What an earlier server left running there is stopped first.
 *
 * @param settings further server settings, for tests (`{ fsync: 'off' }`).
 * @throws StartError when it cannot start; the message says why.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: Log;
  settings?: Record<string, string>;
}): Promise<EmbeddedPostgres> {
  const dataDir = await realpath(options.dataDir);
  const place = await findPostgresPlace(dataDir, await findPostgresBinaries(), options.log);
  await clearPredecessor(place.cluster, options.log);
  const password = await ensureCluster(place, { dataDir, isLasting: options.settings?.fsync !== 'off' });
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const logPath = join(dataDir, 'postgres.log');
    const server = await launch(place, logPath, {
      ...QUIET,
      ...options.settings,
      port: String(port),
    });
    const pid = await waitForReady(server, place.cluster);
    if (pid !== null) {
      const url = (database: string) =>
        `postgresql://${EMBEDDED_NAME}:${password}@127.0.0.1:${port}/${database}`;
      await ensureDatabase(url('postgres'));
      return {
        url: url(EMBEDDED_NAME),
        folder: place.cluster,
        pid,
        ended: server.ended.then(() => undefined),
        stop: () => stop(server, pid),
      };
    }
    const said = await readFile(logPath, 'utf8');
    const isPortTaken = said.includes('could not bind');
    if (!isPortTaken || attempt === PORT_ATTEMPTS) {
      throw new StartError(
        `The embedded PostgreSQL did not start (its log: ${logPath}). ${said.trim().slice(-2_000)}`,
      );
    }
  }
}

async function launch(
  place: PostgresPlace,
  logPath: string,
  settings: Record<string, string>,
): Promise<WatchedProcess> {
  const fixed = { listen_addresses: '127.0.0.1', unix_socket_directories: '', logging_collector: 'off' };
  const flags = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const log = await open(logPath, 'w', 0o600);
  await chmod(logPath, 0o600);
  const program = join(place.binaries.folder, 'bin', 'postgres');
  try {
    return startWatched(program, ['-D', place.cluster, ...flags], place.user, log.fd);
  } finally {
    await log.close();
  }
}

/** The postmaster's process id once it accepts connections; null when it ended instead. */
async function waitForReady(server: WatchedProcess, cluster: string): Promise<number | null> {
  let pid: number | null = null;
  await waitUntil(async () => {
    const postmaster = await findPostmaster(cluster);
    if (postmaster?.isReady === true) pid = postmaster.pid;
    return pid !== null || server.hasEnded();
  }, START_LIMIT);
  if (pid === null) server.interrupt();
  return pid;
}

async function stop(server: WatchedProcess, pid: number): Promise<void> {
  server.interrupt();
  // SIGQUIT is the immediate shutdown: the next start then replays the log, as after a crash.
  if (!(await waitUntil(server.hasEnded, STOP_LIMIT)) && isRunning(pid)) process.kill(pid, 'SIGQUIT');
  await server.ended;
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // what waits for the lost connection rejects
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [EMBEDDED_NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${EMBEDDED_NAME}`);
  } finally {
    await client.end();
  }
}

/** A loopback port that nobody listens on now. */
async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : randomInt(20_000, 60_000)),
      );
    });
  });
}
