import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { createLog } from '../../src/log.js';
import { prepareDatabase } from './prepare-database.js';
import { makeTemporaryFolder } from './temporary-folder.js';

// One server for a run of the tests, with a migrated template in it, and the folder for the run's temporary files. Says
// where on the first line of its output, and ends when its input does: with the run, however that one ended.

const log = createLog('warn', process.stderr);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const temporaryFolder = makeTemporaryFolder();
if (temporaryFolder !== null) {
  process.env.TMPDIR = temporaryFolder;
  process.on('exit', () => rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 5 }));
}
const template = `custodia_template_${randomBytes(4).toString('hex')}`;
const { url, stop } = await openServer();
try {
  await run(`CREATE DATABASE ${template}`);
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${template}`;
  const { username, password } = new URL(await prepareDatabase(templateUrl.href, log));
  process.stdout.write(
    `${JSON.stringify({ url, template, role: { username, password }, temporaryFolder })}\n`,
  );
  await new Promise((resolve) => process.stdin.on('close', resolve).resume());
} finally {
  await stop();
}

async function openServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: () => run(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`) };
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-tests-'));
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    max_connections: '300',
  };
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

async function run(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
